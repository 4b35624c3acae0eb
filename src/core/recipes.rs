//! The form's request as a command, for a runbook.

use crate::domain::{BaseUrl, CopyOutcome, NewSecret, RequestId};

use super::{Action, Effect, FormNotice, Model, Recipe, Screen};

/// The screen that shows the request as a command.
#[derive(Clone, Debug)]
pub struct Recipes {
    /// What is asked for.
    pub new_secret: NewSecret,
    /// Which way of writing it is shown.
    pub recipe: Recipe,
    /// The copy that is under way.
    copying: Option<RequestId>,
    /// How the last copy went.
    pub copied: Option<CopyOutcome>,
}

impl Model {
    /// The text that is shown and copied.
    pub fn recipe_text(&self, recipes: &Recipes) -> String {
        // The embedded Atlas's address means nothing in a runbook; there it is the public one.
        let base_url = self.session.base_url().cloned().or_else(|| BaseUrl::parse(BaseUrl::CLOUD).ok());
        let text = |base_url| recipes.recipe.text(&base_url, &recipes.new_secret, self.query_flags);
        base_url.map(text).unwrap_or_default()
    }
}

/// F2 on the form: only a request that could be sent can be written down.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if let Some(new_secret) = model.form.new_secret() {
        let recipes = Recipes { new_secret, recipe: Recipe::default(), copying: None, copied: None };
        model.screen = Screen::Recipes(Box::new(recipes));
        return Vec::new();
    }
    model.form.touch_all();
    model.form.notice = Some(FormNotice::Word("Fill the form in first; then F2 shows it as a command."));
    Vec::new()
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let request = model.next_request();
    let Screen::Recipes(recipes) = &mut model.screen else {
        return Vec::new();
    };
    match action {
        Action::NextChoice => recipes.step(1),
        Action::PreviousChoice => recipes.step(Recipe::ALL.len() - 1),
        Action::Copy if recipes.copying.is_none() => {
            recipes.copying = Some(request);
            let recipes = recipes.clone();
            return vec![Effect::CopyText { request, text: model.recipe_text(&recipes) }];
        }
        Action::No | Action::Leave => model.screen = Screen::Form,
        _ => {}
    }
    Vec::new()
}

impl Recipes {
    fn step(&mut self, by: usize) {
        let at = Recipe::ALL.iter().position(|recipe| *recipe == self.recipe).unwrap_or(0);
        self.recipe = Recipe::ALL[(at + by) % Recipe::ALL.len()];
        self.copied = None;
    }
}

/// True when this screen had asked for the copy.
pub(super) fn copy_finished(model: &mut Model, answered: RequestId, outcome: &CopyOutcome) -> bool {
    let Screen::Recipes(recipes) = &mut model.screen else { return false };
    if recipes.copying != Some(answered) {
        return false;
    }
    recipes.copying = None;
    recipes.copied = Some(outcome.clone());
    true
}
