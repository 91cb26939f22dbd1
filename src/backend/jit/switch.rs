//! The operator's switch.

/// `off`, `0` or `false` turns native code off for the process.
const VARIABLE: &str = "TRIGGERFISH_JIT";

/// Whether the operator does not want native code.
pub(super) fn is_off() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| matches!(value.trim().to_ascii_lowercase().as_str(), "off" | "0" | "false"))
}
