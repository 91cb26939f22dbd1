//! `$OPEN`, `$OPENS_AT`, `$CLOSES_AT`.

use super::super::calendar::UnknownCalendar;
use super::super::{Args, Builtin, Env, Family, Gives, Need, Param, Role, Run};
use crate::value::EvalErrorKind::{self, InvalidArgument};
use crate::value::{ErrorKinds, Kinds, Timestamp, Value};

pub(in super::super) const OPEN: Builtin = Builtin {
    name: "OPEN",
    params: &PARAMS,
    variadic: false,
    result: Kinds::BOOL,
    errors: ERRORS,
    folds: false,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "Whether a calendar of the rule set is open, now or at a time.",
    notes: &[UNKNOWN_NOTE, "A time that is `NULL` gives `FALSE`."],
    example: ("$OPEN(NULL)", "FALSE"),
    run: Run::Scalar(|args, env| {
        let open = env.calendars.is_open(args.text(0)?, at(args, env)?);
        open.map(Value::Bool).map_err(unknown)
    }),
};

pub(in super::super) const OPENS_AT: Builtin = Builtin {
    name: "OPENS_AT",
    params: &PARAMS,
    variadic: false,
    result: Kinds::NUMBER.or(Kinds::NULL),
    errors: ERRORS,
    folds: false,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "When a calendar of the rule set next opens, from now or from a time on.",
    notes: &[UNKNOWN_NOTE, "The time itself if the calendar is open then.", AHEAD_NOTE],
    example: ("$OPENS_AT(NULL)", "NULL"),
    run: Run::Scalar(|args, env| time(env.calendars.opens_at(args.text(0)?, at(args, env)?))),
};

pub(in super::super) const CLOSES_AT: Builtin = Builtin {
    name: "CLOSES_AT",
    params: &PARAMS,
    variadic: false,
    result: Kinds::NUMBER.or(Kinds::NULL),
    errors: ERRORS,
    folds: false,
    gives: Gives::Kinds,
    family: Family::Time,
    doc: "When a calendar of the rule set next closes, from now or from a time on.",
    notes: &[UNKNOWN_NOTE, AHEAD_NOTE],
    example: ("$CLOSES_AT(NULL)", "NULL"),
    run: Run::Scalar(|args, env| time(env.calendars.closes_at(args.text(0)?, at(args, env)?))),
};

const PARAMS: [Param; 2] =
    [Param::required("calendar", Kinds::TEXT).used_as(Role::Calendar), Param { need: Need::OptionalOperand, ..Param::optional("at", Kinds::NUMBER) }];

const ERRORS: ErrorKinds = ErrorKinds::of(&[EvalErrorKind::UnknownCalendar, InvalidArgument]);

const UNKNOWN_NOTE: &str = "A calendar that the rule set does not declare is `unknown_calendar`.";

const AHEAD_NOTE: &str = "It looks 400 days ahead; `NULL` if there is nothing.";

fn at(args: &Args<'_>, env: &Env<'_>) -> Result<Timestamp, EvalErrorKind> {
    match args.present(1) {
        None => Ok(env.now),
        Some(_) => Timestamp::from_number(args.number(1)?),
    }
}

fn time(found: Result<Option<Timestamp>, UnknownCalendar>) -> Result<Value, EvalErrorKind> {
    Ok(found.map_err(unknown)?.map_or(Value::Null, |time| time.to_number().into()))
}

fn unknown(_: UnknownCalendar) -> EvalErrorKind {
    EvalErrorKind::UnknownCalendar
}
