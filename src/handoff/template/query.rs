//! A URL and the parameters that are put into its query.

use std::fmt::Write as _;

use super::Template;
use super::position::encoded;
use super::render::{RenderError, Sink, TooLong};
use crate::limits::Limits;
use crate::rule::Scope;
use crate::source::Span;
use crate::value::{Budget, ErrorKinds, EvalErrorKind};

/// A URL with parameters that stand beside it: `url: "https://acme.example/chat", params: { q: "{{ utterance }}" }`.
///
/// The parameters go to the end of the query, in their order, before a fragment; each is `key=value`, percent-encoded, also where the value is empty.
#[derive(Debug)]
pub struct UrlTemplate {
    url: Template,
    params: Vec<(String, Template)>,
    errors: ErrorKinds,
}

/// Why a URL with parameters cannot be rendered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UrlError {
    /// The parameter that failed, by its place; `None` for the URL itself.
    pub param: Option<usize>,
    /// What went wrong, with a span into the URL's text or that parameter's.
    pub error: RenderError,
}

impl UrlTemplate {
    /// A URL, compiled for [`super::Position::Url`], and parameters, compiled for [`super::Position::Parameter`]. Keys are plain text.
    #[must_use]
    pub fn new(url: Template, params: Vec<(String, Template)>, limits: &Limits) -> UrlTemplate {
        let mut errors = url.errors();
        let mut longest = url.longest;
        for (key, value) in &params {
            errors = errors.or(value.errors());
            let key_bytes = encoded(key).map(|piece| piece.len() as u64).sum::<u64>();
            longest = longest.saturating_add(key_bytes).saturating_add(value.longest).saturating_add(SIGNS);
        }
        if longest > limits.rendered_bytes as u64 {
            errors = errors.or(ErrorKinds::of(&[EvalErrorKind::BudgetExceeded]));
        }
        UrlTemplate { url, params, errors }
    }

    /// The URL without the parameters.
    #[must_use]
    pub fn url(&self) -> &Template {
        &self.url
    }

    /// The parameters, in order.
    #[must_use]
    pub fn params(&self) -> &[(String, Template)] {
        &self.params
    }

    /// What rendering may fail with, whatever the context says.
    #[must_use]
    pub fn errors(&self) -> ErrorKinds {
        self.errors
    }

    /// Whether no context that binds can make rendering fail.
    #[must_use]
    pub fn cannot_fail(&self) -> bool {
        self.errors.is_empty()
    }

    /// The whole URL. `shared` and `limits` are as for [`Template::render`]; the limit on its length counts for all of it.
    ///
    /// # Errors
    /// The first one: in the URL, else in a parameter.
    pub fn render(&self, scope: Scope<'_>, shared: &mut Budget, limits: &Limits) -> Result<String, UrlError> {
        let url = self.url.render(scope, shared, limits).map_err(|error| UrlError { param: None, error })?;
        if self.params.is_empty() {
            return Ok(url);
        }
        // No value puts a `#` or a `?` there.
        let (before, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let room = limits.rendered_bytes.saturating_sub(fragment.len());
        let mut sink = Sink::new(room);
        sink.push(before).map_err(|long| self.too_long(None, long, limits))?;
        for (place, (key, value)) in self.params.iter().enumerate() {
            let value_text = value.render(scope, shared, limits).map_err(|error| UrlError { param: Some(place), error })?;
            let sign = match sink.out.find('?') {
                None => "?",
                Some(_) if sink.out.ends_with(['?', '&']) => "",
                Some(_) => "&",
            };
            let pieces = std::iter::once(sign).chain(encoded(key)).chain(["=", &value_text]);
            pieces.into_iter().try_for_each(|piece| sink.push(piece)).map_err(|long| self.too_long(Some(place), long, limits))?;
        }
        // Room for the fragment was left.
        let _ = sink.out.write_str(fragment);
        Ok(sink.out)
    }

    fn too_long(&self, param: Option<usize>, long: TooLong, limits: &Limits) -> UrlError {
        let text = param.and_then(|place| self.params.get(place)).map_or(&self.url, |(_, template)| template).text();
        UrlError { param, error: long.error(Span::new(0, text.len()), limits) }
    }
}

/// What stands around a key: `?` or `&`, and `=`.
const SIGNS: u64 = 2;
