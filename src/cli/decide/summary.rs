//! What came of many decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use triggerfish::diagnostic::Style;
use triggerfish::handoff::decision::{Destination, TicketMode};
use triggerfish::{Decision, RuleSet};

use super::super::output::{BAD, FAINT, JsonLine, STRONG, json_text, paint};
use super::super::ruleset::count_of;

/// Entries of `otherwise` have no category: they are counted as this.
const OTHERWISE: &str = "otherwise";
/// So many rows of a table are shown to people.
const MOST_ROWS: usize = 50;

/// How often something was offered.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
struct Offers {
    /// In how many decisions.
    offered: u64,
    /// In how many of these it was the first option.
    first: u64,
}

type Table = BTreeMap<String, Offers>;

/// Counts over decisions; its size is that of the rule set, whatever the number of contexts.
#[derive(Default)]
pub(super) struct Summary {
    decided: u64,
    failed: u64,
    fell_back: u64,
    with_errors: u64,
    states: BTreeMap<&'static str, u64>,
    categories: Table,
    items: Table,
    kinds: Table,
    /// The keys of all items, in the order of the rule set.
    known: Vec<String>,
}

/// The kind of a destination, and its mode if it has one: `agent broker`, `ticket rich`, `url`.
pub(super) fn kind(destination: &Destination) -> String {
    match destination {
        Destination::Ticket(ticket) => match ticket.mode {
            TicketMode::Default => "ticket default".to_owned(),
            TicketMode::Rich => "ticket rich".to_owned(),
        },
        Destination::Agent(agent) => format!("{} {}", destination.kind(), agent.reach.mode()),
        Destination::Url { .. }
        | Destination::Email { .. }
        | Destination::Channel(_)
        | Destination::Person { .. }
        | Destination::Bot(_)
        | Destination::EmailForm { .. } => destination.kind().to_owned(),
    }
}

impl Summary {
    pub(super) fn of(set: &RuleSet) -> Summary {
        Summary { known: set.items().map(|(key, _)| key.to_owned()).collect(), ..Summary::default() }
    }

    /// Takes a decision into account.
    pub(super) fn count(&mut self, decision: &Decision) {
        self.decided += 1;
        self.fell_back += u64::from(decision.fallback_used);
        self.with_errors += u64::from(!decision.errors.is_empty());
        *self.states.entry(decision.state.name()).or_default() += 1;
        // A decision counts once for a category, a kind or an item, however many of its options are of it.
        let mut seen: BTreeSet<(u8, String)> = BTreeSet::new();
        for (at, ranked) in decision.options.iter().enumerate() {
            let option = &ranked.option;
            let category = option.category.as_deref().unwrap_or(OTHERWISE);
            let of = [(&mut self.categories, category.to_owned()), (&mut self.items, option.item.clone()), (&mut self.kinds, kind(&option.destination))];
            for (table, (counts, name)) in (0u8..).zip(of) {
                if seen.insert((table, name.clone())) {
                    let offers = counts.entry(name).or_default();
                    offers.offered += 1;
                    offers.first += u64::from(at == 0);
                }
            }
        }
    }

    /// Takes a line into account that gave no decision.
    pub(super) fn count_failed(&mut self) {
        self.failed += 1;
    }

    /// Lines that gave no decision.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    fn never_offered(&self) -> impl Iterator<Item = &String> {
        self.known.iter().filter(|key| !self.items.contains_key(*key))
    }

    /// For people.
    pub(super) fn human(&self, elapsed: Duration, style: Style) -> String {
        let all = self.decided + self.failed;
        let decided = self.decided;
        let mut text = format!("{}: {}", count_of(all, "context"), count_of(decided, "decision"));
        if self.failed > 0 {
            let failed = format!("{} without ({})", self.failed, share(self.failed, all));
            text.push_str(&format!(", {}", paint(style, BAD, &failed)));
        }
        text.push('\n');
        let mut say = |what: &str, number: u64| text.push_str(&format!("  {what:12}  {number:>9}  {:>6}\n", share(number, decided)));
        say("fell back", self.fell_back);
        say("with errors", self.with_errors);
        if decided == 0 {
            return text;
        }
        text.push_str(&heading("state", ["decisions", "share", ""], style));
        let states: Vec<(&str, u64)> = sorted(self.states.iter().map(|(name, number)| (*name, *number)), |number| *number);
        for (name, number) in states {
            text.push_str(&format!("  {name:24}  {number:>9}  {:>6}\n", share(number, decided)));
        }
        for (title, table) in [("category", &self.categories), ("item", &self.items), ("kind", &self.kinds)] {
            if table.is_empty() {
                continue;
            }
            text.push_str(&heading(title, ["offered", "share", "first"], style));
            let rows = sorted(table.iter().map(|(name, offers)| (name.as_str(), *offers)), |offers| offers.offered);
            for (name, offers) in rows.iter().take(MOST_ROWS) {
                text.push_str(&format!("  {name:24}  {:>9}  {:>6}  {:>9}\n", offers.offered, share(offers.offered, decided), offers.first));
            }
            if rows.len() > MOST_ROWS {
                text.push_str(&format!("  and {} more\n", rows.len() - MOST_ROWS));
            }
        }
        let never: Vec<&str> = self.never_offered().map(String::as_str).collect();
        if !never.is_empty() {
            let more = if never.len() > MOST_ROWS { format!(" and {} more", never.len() - MOST_ROWS) } else { String::new() };
            let shown: Vec<&str> = never.iter().copied().take(MOST_ROWS).collect();
            text.push_str(&format!("\nnever offered: {}{more}\n", shown.join(", ")));
        }
        text.push_str(&paint(style, FAINT, &format!("\n{:.3} s, {} a second\n", elapsed.as_secs_f64(), count_of(rate(all, elapsed), "decision"))));
        text
    }

    /// For machines.
    pub(super) fn json(&self, elapsed: Duration) -> String {
        let states = self.states.iter().fold(JsonLine::new(), |line, (name, number)| line.number(name, *number)).finish();
        let table = |table: &Table| {
            let row = |offers: &Offers| JsonLine::new().number("offered", offers.offered).number("first", offers.first).finish();
            table.iter().fold(JsonLine::new(), |line, (name, offers)| line.raw(name, &row(offers))).finish()
        };
        let all = self.decided + self.failed;
        JsonLine::new()
            .number("contexts", all)
            .number("decided", self.decided)
            .number("failed", self.failed)
            .raw("failed_share", &decimal(self.failed, all))
            .number("fallback", self.fell_back)
            .raw("fallback_share", &decimal(self.fell_back, self.decided))
            .number("with_errors", self.with_errors)
            .raw("with_errors_share", &decimal(self.with_errors, self.decided))
            .raw("states", &states)
            .raw("categories", &table(&self.categories))
            .raw("items", &table(&self.items))
            .raw("kinds", &table(&self.kinds))
            .array("never_offered", self.never_offered().map(|key| json_text(key)))
            .raw("seconds", &format!("{:.6}", elapsed.as_secs_f64()))
            .number("decisions_per_second", rate(all, elapsed))
            .finish()
    }
}

fn heading(title: &str, columns: [&str; 3], style: Style) -> String {
    let [one, two, three] = columns;
    let line = format!("{title:26}  {one:>9}  {two:>6}  {three:>9}");
    format!("\n{}\n", paint(style, STRONG, line.trim_end()))
}

/// The largest first; equal ones by name.
fn sorted<'n, T>(rows: impl Iterator<Item = (&'n str, T)>, weight: impl Fn(&T) -> u64) -> Vec<(&'n str, T)> {
    let mut rows: Vec<(&str, T)> = rows.collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(weight(row)));
    rows
}

fn rate(number: u64, elapsed: Duration) -> u64 {
    let rate = u128::from(number) * 1_000_000_000 / elapsed.as_nanos().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// So many of a thousand, or of another scale, rounded.
fn of(scale: u128, part: u64, whole: u64) -> u128 {
    let whole = u128::from(whole.max(1));
    (u128::from(part) * scale + whole / 2) / whole
}

/// `12.5%`
pub(crate) fn share(part: u64, whole: u64) -> String {
    let tenths = of(1_000, part, whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// `0.125`
fn decimal(part: u64, whole: u64) -> String {
    let points = of(10_000, part, whole);
    format!("{}.{:04}", points / 10_000, points % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded() {
        assert_eq!((share(1, 3), share(2, 3), share(0, 0), share(5, 5)), ("33.3%".into(), "66.7%".into(), "0.0%".into(), "100.0%".into()));
        assert_eq!((decimal(1, 3), decimal(1, 1), decimal(0, 0)), ("0.3333".into(), "1.0000".into(), "0.0000".into()));
    }

    #[test]
    fn the_largest_comes_first() {
        assert_eq!(sorted([("a", 1), ("b", 3), ("c", 3)].into_iter(), |number| *number), [("b", 3), ("c", 3), ("a", 1)]);
    }
}
