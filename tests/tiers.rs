//! Which backend a rule runs on: what was chosen, what is hot, and what is said of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use support::{bare, now};
use triggerfish::backend::{Backend, Executor, HOT, Optimisation, Running, Unavailable, Why, Work, available};
use triggerfish::{Engine, Rule, Value};

const SOURCE: &str = r#"domain == "IT" AND attempts + 1 > 2"#;
const CONTEXT: &[u8] = br#"{"domain": "IT", "attempts": 2}"#;

/// Keeps the work until it is asked for.
#[derive(Default)]
struct Kept(Mutex<Vec<Work>>);

impl Kept {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn run(&self) {
        let works = std::mem::take(&mut *self.0.lock().unwrap());
        works.into_iter().for_each(|work| work());
    }
}

impl Executor for Kept {
    fn execute(&self, work: Work) {
        self.0.lock().unwrap().push(work);
    }
}

fn compile(engine: &Engine) -> Rule {
    support::compile(engine, SOURCE)
}

fn run(rule: &Rule, times: u32) {
    let context = rule.bind_json(CONTEXT).unwrap();
    for time in 0..times {
        if time % 2 == 0 {
            assert_eq!(rule.matches(&context, now()), Ok(true));
        } else {
            assert_eq!(rule.evaluate(&context, now()), Ok(Value::Bool(true)));
        }
    }
}

/// What is told of a rule that was compiled to native code: in tests without it, why there is none.
fn compiled() -> Running {
    match available() {
        Ok(()) => Running::Native,
        Err(why) => Running::Interpreter(Why::Unavailable(why)),
    }
}

/// What is told where native code would be possible.
fn unless_not_built(why: Why) -> Running {
    if cfg!(feature = "jit") { Running::Interpreter(why) } else { Running::Interpreter(Why::Unavailable(Unavailable::NotBuilt)) }
}

#[test]
fn what_is_chosen_is_what_runs() {
    assert_eq!(compile(&bare().with_backend(Backend::Interp)).backend(), Running::Interpreter(Why::Chosen));
    for level in Optimisation::ALL {
        let rule = compile(&bare().with_backend(Backend::Jit).with_optimisation(level));
        assert_eq!(rule.backend(), compiled());
        run(&rule, 2);
    }
    let rule = compile(&bare());
    run(&rule, HOT + 1);
    assert_eq!(rule.backend(), unless_not_built(Why::NoExecutor), "a library starts no thread by itself");
}

#[test]
fn what_is_hot_is_handed_over_once() {
    let executor = Arc::new(Kept::default());
    let rule = compile(&bare().with_executor(executor.clone()));
    run(&rule, HOT - 1);
    assert_eq!((executor.count(), rule.backend()), (0, unless_not_built(Why::NotHot)));
    run(&rule, 1);
    assert_eq!((executor.count(), rule.backend()), (usize::from(cfg!(feature = "jit")), unless_not_built(Why::Compiling)));
    run(&rule, 2 * HOT);
    assert_eq!(executor.count(), usize::from(cfg!(feature = "jit")));
    executor.run();
    assert_eq!(rule.backend(), compiled());
    run(&rule, 2 * HOT);
    assert_eq!(executor.count(), 0);
}

#[test]
fn only_auto_counts() {
    for backend in [Backend::Interp, Backend::Jit] {
        let executor = Arc::new(Kept::default());
        let rule = compile(&bare().with_backend(backend).with_executor(executor.clone()));
        run(&rule, HOT + 1);
        assert_eq!(executor.count(), 0, "{backend:?}");
    }
}

#[test]
fn many_threads_make_a_rule_hot_once() {
    let handed = Arc::new(AtomicU32::new(0));
    let counted = handed.clone();
    let rule = compile(&bare().with_executor(Arc::new(move |work: Work| {
        counted.fetch_add(1, Ordering::Relaxed);
        work();
    })));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| run(&rule, HOT));
        }
    });
    assert_eq!((handed.load(Ordering::Relaxed), rule.backend()), (u32::from(cfg!(feature = "jit")), compiled()));
}

#[test]
fn a_rule_that_is_gone_is_not_compiled() {
    let executor = Arc::new(Kept::default());
    let rule = compile(&bare().with_executor(executor.clone()));
    run(&rule, HOT);
    drop(rule);
    executor.run();
    assert_eq!(Arc::strong_count(&executor), 1, "nothing of the rule is left");
}

#[test]
fn a_rule_is_compiled_when_it_is_told_to() {
    for backend in Backend::ALL {
        let executor = Arc::new(Kept::default());
        let rule = compile(&bare().with_backend(backend).with_executor(executor.clone()));
        let clone = rule.clone();
        assert_eq!(rule.compile_native(), available());
        assert_eq!((rule.backend(), clone.backend()), (compiled(), compiled()));
        run(&clone, HOT + 1);
        assert_eq!(executor.count(), 0, "what is compiled is not handed over");
        assert_eq!(rule.compile_native(), available(), "again, without harm");
    }
}

#[test]
fn backends_have_names() {
    assert_eq!(Backend::ALL.map(Backend::name), ["auto", "interp", "jit"]);
    assert_eq!(Backend::default(), Backend::Auto);
}
