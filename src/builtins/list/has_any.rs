//! `$HAS_ANY`: whether two lists share an element, in time that grows with the lists and not with their product.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use super::super::{Args, Builtin, Env, Family, Gives, Param, Run};
use crate::value::compare::equal;
use crate::value::{Budget, ErrorKinds, EvalErrorKind, Kinds, Value};

pub(in super::super) const HAS_ANY: Builtin = Builtin {
    name: "HAS_ANY",
    params: &[Param::required("a", Kinds::LIST), Param::required("b", Kinds::LIST)],
    variadic: false,
    result: Kinds::BOOL,
    errors: ErrorKinds::NONE,
    folds: true,
    gives: Gives::Kinds,
    family: Family::List,
    doc: "Whether two lists share an element.",
    notes: &[
        "Elements are compared as `==` does: `1` and `1.0` are the same, `\"a\"` and `\"A\"` are not.",
        "It costs a step for each element of both lists, one per 64 bytes of each text among them, and one for each entry of a list or map inside them that is looked at.",
    ],
    example: ("$HAS_ANY([\"admin\", \"it\"], [\"it\", \"hr\"])", "TRUE"),
    run: Run::Scalar(has_any),
};

/// So few pairs are compared one by one.
const FEW_PAIRS: usize = 64;

fn has_any(args: &Args<'_>, env: &mut Env<'_>) -> Result<Value, EvalErrorKind> {
    let (a, b) = (args.list(0)?, args.list(1)?);
    env.budget.steps((a.len() as u64).saturating_add(b.len() as u64))?;
    for text in a.iter().chain(b.iter()) {
        if let Value::Text(text) = text {
            env.budget.reading(text.len())?;
        }
    }
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let shared = if few.len().saturating_mul(many.len()) <= FEW_PAIRS { compare_all(few, many, env.budget) } else { look_up(few, many, env.budget) };
    shared.map(Value::Bool)
}

fn compare_all(few: &[Value], many: &[Value], budget: &mut Budget) -> Result<bool, EvalErrorKind> {
    for element in many {
        for other in few {
            if equal(element, other, budget)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn look_up(few: &[Value], many: &[Value], budget: &mut Budget) -> Result<bool, EvalErrorKind> {
    let keys = RandomState::new();
    let mut hashed = Vec::with_capacity(few.len());
    for element in few {
        hashed.push((hash(element, &keys, budget)?, element));
    }
    hashed.sort_unstable_by_key(|(hash, _)| *hash);
    for element in many {
        let hash = hash(element, &keys, budget)?;
        let from = hashed.partition_point(|(other, _)| *other < hash);
        for (_, other) in hashed.iter().skip(from).take_while(|(other, _)| *other == hash) {
            if equal(element, other, budget)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A hash that is equal for equal values. Keyed, because callers choose the elements. Entries inside the value cost a step each.
fn hash(value: &Value, keys: &RandomState, budget: &mut Budget) -> Result<u64, EvalErrorKind> {
    let mut state = keys.build_hasher();
    match value {
        Value::Null => 0u8.hash(&mut state),
        Value::Bool(value) => value.hash(&mut state),
        Value::Integer(value) => value.hash(&mut state),
        Value::Float(value) => match value.as_integer() {
            Some(integer) => integer.hash(&mut state),
            None => value.get().to_bits().hash(&mut state),
        },
        Value::Text(text) => text.hash(&mut state),
        Value::List(list) => {
            list.len().hash(&mut state);
            budget.steps(list.len() as u64)?;
            for element in list.iter() {
                hash(element, keys, budget)?.hash(&mut state);
            }
        }
        Value::Map(map) => {
            map.len().hash(&mut state);
            budget.steps(map.len() as u64)?;
            // The order of entries is not part of equality, and a sum has none.
            let mut entries = 0u64;
            for (key, value) in map.iter() {
                entries = entries.wrapping_add(keys.hash_one((key, hash(value, keys, budget)?)));
            }
            entries.hash(&mut state);
        }
    }
    Ok(state.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::tests::values;
    use crate::value::Float;

    #[test]
    fn both_ways_agree() {
        let pool = values(
            r#"[null,true,false,0,1,1.0,2.5,"","a","A",[],[1],[1.0],[[1]],{},{"a":1,"b":2},{"b":2,"a":1.0},{"a":null},9007199254740993,9007199254740992.0]"#,
        );
        arbtest::arbtest(|u| {
            let draw = |u: &mut arbtest::arbitrary::Unstructured<'_>| -> arbtest::arbitrary::Result<Vec<Value>> {
                (0..u.int_in_range(0..=5)?).map(|_| Ok(u.choose(&pool)?.clone())).collect()
            };
            let (a, b) = (draw(u)?, draw(u)?);
            let compared = compare_all(&a, &b, &mut Budget::unlimited()).unwrap();
            assert_eq!(look_up(&a, &b, &mut Budget::unlimited()), Ok(compared), "{a:?} {b:?}");
            assert_eq!(look_up(&b, &a, &mut Budget::unlimited()), Ok(compared), "{a:?} {b:?}");
            Ok(())
        });
    }

    #[test]
    fn big_lists_are_looked_up_in_one_pass() {
        let numbers = |from: i64| (from..from + 200_000).map(Value::Integer).collect::<Vec<_>>();
        let mut budget = Budget::unlimited();
        assert_eq!(look_up(&numbers(0), &numbers(200_000), &mut budget), Ok(false));
        let float = vec![Value::Float(Float::new(150_000.0).unwrap())];
        assert_eq!(look_up(&float, &numbers(0), &mut budget), Ok(true));
    }

    #[test]
    fn entries_inside_elements_are_charged() {
        let nested = values(&format!("[{}]", vec!["[1,2]"; 100].join(",")));
        let before = Budget::unlimited();
        let mut budget = before.clone();
        assert_eq!(look_up(&values("[[1,3]]"), &nested, &mut budget), Ok(false));
        assert_eq!(budget.spent_since(&before), (202, 0));
    }
}
