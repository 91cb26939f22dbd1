#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| triggerfish_fuzz::run("matcher", data));
