//! How much a rule set holds.

use super::RuleSet;

/// How much a rule set holds, parts that are switched off included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Categories.
    pub categories: usize,
    /// Items of the categories.
    pub items: usize,
    /// Strategies of the items, those of `otherwise` included.
    pub strategies: usize,
    /// Rules of `always`.
    pub always: usize,
    /// Entries of `otherwise`.
    pub otherwise: usize,
    /// Conditions (`when`): of the set, its categories, items, strategies and rules, notifications and flags.
    pub conditions: usize,
    /// Named expressions.
    pub definitions: usize,
    /// Calendars.
    pub calendars: usize,
    /// Integrations.
    pub integrations: usize,
    /// Tests beside the rules.
    pub tests: usize,
}

impl RuleSet {
    /// How much it holds.
    #[must_use]
    pub fn size(&self) -> Size {
        let model = self.model();
        let strategies = || model.items.iter().flat_map(|item| &item.strategies);
        let conditions = model
            .when
            .iter()
            .chain(model.categories.iter().filter_map(|category| category.when.as_ref()))
            .chain(model.items.iter().filter_map(|item| item.when.as_ref()))
            .chain(strategies().filter_map(|strategy| strategy.when.as_ref()))
            .chain(model.always.iter().filter_map(|rule| rule.when.as_ref()))
            .chain(model.notify.iter().filter_map(|notify| notify.when.as_ref()))
            .chain(model.flags.iter().filter_map(|flag| flag.when.as_ref()));
        Size {
            categories: model.categories.len(),
            items: model.items.iter().filter(|item| item.category.is_some()).count(),
            strategies: strategies().count(),
            always: model.always.len(),
            otherwise: model.otherwise.len(),
            conditions: conditions.count(),
            definitions: model.definitions.len(),
            calendars: model.calendars.len(),
            integrations: model.integrations.len(),
            tests: model.tests.len(),
        }
    }
}
