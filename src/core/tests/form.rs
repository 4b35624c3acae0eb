//! The form: what it says while somebody types, where keys lead, what a paste does.

use super::*;
use FieldName::{Client, Lifetime, Project};

const URL: &str = "https://cloud.mongodb.com/v2/32b6e34b3d91647abb20e7b8#/clusters";

fn focus_on(name: FieldName) -> Run {
    let mut run = Run::empty();
    run.model.form.focus = Focus::Field(name);
    run
}

fn words(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::RightId(remark) => remark.unwrap_or("right"),
        Verdict::RightLifetime { warning, .. } => warning.unwrap_or("right"),
        Verdict::Silent => "silent",
        Verdict::Incomplete(message) | Verdict::Wrong { message, .. } => message,
        Verdict::Refused(refused) => refused.as_str(),
    }
}

#[test]
fn an_empty_field_is_silent_until_it_is_touched() {
    let mut run = Run::empty();
    assert_eq!(run.model.form.verdict(Project), Verdict::Silent);
    run.keys("a backspace");
    assert_eq!(words(&run.model.form.verdict(Project)), "a project ID is needed");
}

#[test]
fn each_field_says_live_what_it_lacks() {
    let rows = [
        (Project, "32b6e34b3d91647abb", "18 of 24 digits"),
        (Project, PROJECT, "right"),
        (Project, "aAAaAAaAAaAAaAAaAAaAAaAA", "lower case, as Atlas wants it"),
        (Client, "mdb_sa", "starts with mdb_sa_id_"),
        (Client, "mdb_sa_id_12", "2 of 24 digits"),
        (Client, CLIENT, "right"),
        (Lifetime, "", "how long it lives: hours, or 36h, 30d, 12w, 1y"),
        (Lifetime, "soon", "not a time: write hours, or 36h, 30d, 12w, 1y"),
        (Lifetime, "0", "zero: a secret lives at least one hour"),
        (Lifetime, "-1", "negative: a secret lives at least one hour"),
        (Lifetime, "2147483648", "too long: Atlas counts at most 2147483647 hours"),
        (Lifetime, "7", "Atlas allows 8 hours to 365 days today"),
        (Lifetime, "1y", "right"),
    ];
    for (name, text, expected) in rows {
        let mut run = focus_on(name);
        run.keys("x <ctrl-u>").typed(text);
        assert_eq!(words(&run.model.form.verdict(name)), expected, "{text:?}");
    }
}

#[test]
fn a_character_that_cannot_be_right_is_pointed_at() {
    let rows = [(Project, "32g", 2), (Client, "mdb_sb", 5), (Client, "mdb_sa_id_1x", 11)];
    for (name, text, expected) in rows {
        let mut run = focus_on(name);
        run.typed(text);
        let verdict = run.model.form.verdict(name);
        assert!(matches!(verdict, Verdict::Wrong { position: Some(at), .. } if at == expected), "{text:?}");
    }
}

#[test]
fn the_focus_starts_on_the_first_problem() {
    let rows = [
        ("", "", "720", Focus::Field(Project)),
        (PROJECT, "", "720", Focus::Field(Client)),
        (PROJECT, CLIENT, "soon", Focus::Field(Lifetime)),
        (PROJECT, CLIENT, "1h", Focus::Button),
        (PROJECT, CLIENT, "720", Focus::Button),
    ];
    for (project, client, lifetime, expected) in rows {
        assert_eq!(Run::with(project, client, lifetime).model.form.focus, expected);
    }
}

#[test]
fn keys_move_the_focus_and_nothing_blocks_the_way_back() {
    let rows = [
        ("tab", Focus::Field(Client)),
        ("down tab", Focus::Field(Lifetime)),
        ("enter", Focus::Field(Client)),
        ("tab tab tab", Focus::Button),
        ("tab tab tab tab", Focus::Field(Project)),
        ("shift-tab", Focus::Button),
        ("tab x up", Focus::Field(Project)),
        ("tab tab x shift-tab", Focus::Field(Client)),
    ];
    for (keys, expected) in rows {
        let mut run = Run::empty();
        run.keys(keys);
        assert_eq!(run.model.form.focus, expected, "{keys}");
    }
}

#[test]
fn submitting_needs_the_last_field_the_button_or_ctrl_s() {
    let rows =
        [("enter", 1), ("up enter", 1), ("up up enter", 0), ("up up <ctrl-s>", 1), ("tab <ctrl-s>", 1)];
    for (keys, expected) in rows {
        let mut run = Run::filled();
        run.keys(keys);
        assert_eq!(run.effects.len(), expected, "{keys}");
    }
}

#[test]
fn submitting_with_a_problem_goes_to_the_first_and_asks_for_nothing() {
    let mut run = Run::with(PROJECT, "", "soon");
    run.keys("tab <ctrl-s>");
    assert_eq!(run.model.form.focus, Focus::Field(Client));
    assert!(run.effects.is_empty() && run.is_on_form());
}

#[test]
fn a_lifetime_out_of_the_usual_does_not_block() {
    let mut run = Run::with(PROJECT, CLIENT, "1h");
    run.keys("enter");
    assert_eq!(run.effects.len(), 1);
}

#[test]
fn two_enters_in_one_read_sign_in_once() {
    for before in ["tab shift-tab", "up"] {
        let mut run = Run::filled();
        run.keys(before).burst("enter enter");
        assert_eq!(run.count(|effect| matches!(effect, Effect::SignIn { .. })), 1, "{before}");
    }
}

#[test]
fn an_enter_that_comes_with_text_never_submits() {
    for burst in ["3 enter", "enter 3", "3 tab enter enter", "1 2 3 4 5 6 7 8 enter", "enter enter 1"] {
        for before in ["tab shift-tab", "up"] {
            let mut run = Run::filled();
            run.keys(before).burst(burst);
            assert!(run.effects.is_empty() && run.is_on_form(), "{before} {burst}");
        }
    }
}

#[test]
fn help_opens_and_closes_over_the_form_without_typing() {
    for (open, close) in
        [("?", "?"), ("f1", "esc"), ("?", "enter"), ("f1", "f1"), ("?", "q"), ("?", "<ctrl-c>")]
    {
        let mut run = Run::empty();
        run.keys(open);
        assert!(run.model.shows_help, "{open}");
        run.keys("x").keys(close);
        assert!(!run.model.shows_help && run.text(Project).is_empty() && run.exit().is_none(), "{close}");
    }
}

#[test]
fn a_paste_goes_where_it_belongs_and_says_so() {
    let both = format!("{PROJECT} {CLIENT}");
    let bare = "1234567890abcdef12345678";
    let within = format!("the project is {PROJECT}, please");
    let rows: [(FieldName, &str, &str, &str, FieldName, &str); 10] = [
        (Project, PROJECT, PROJECT, "", Project, "right"),
        (Project, URL, PROJECT, "", Project, "taken from the pasted URL"),
        (Client, URL, PROJECT, "", Project, "taken from the pasted URL"),
        (Client, PROJECT, "", "mdb_sa_id_32b6e34b3d91647abb20e7b8", Client, "completed with mdb_sa_id_"),
        (Project, CLIENT, "", CLIENT, Client, "put here, where it belongs"),
        (Lifetime, bare, bare, "", Project, "put here, where it belongs"),
        (Lifetime, &both, PROJECT, CLIENT, Client, "right"),
        (Lifetime, &both, PROJECT, CLIENT, Project, "right"),
        (Project, &within, PROJECT, "", Project, "right"),
        (Client, &within, PROJECT, "", Project, "put here, where it belongs"),
    ];
    for (focus, text, project, client, says, expected) in rows {
        for bracketed in [true, false] {
            let mut run = focus_on(focus);
            if bracketed {
                run.paste(text)
            } else {
                run.unbracketed(text)
            };
            assert_eq!((run.text(Project), run.text(Client)), (project, client), "{text} into {focus:?}");
            assert_eq!(words(&run.model.form.verdict(says)), expected, "{text} into {focus:?}");
        }
    }
}

#[test]
fn a_paste_never_submits() {
    for text in ["720\n\n\n", PROJECT, URL, "\r\n\n", "720\r"] {
        let mut run = Run::filled();
        run.keys("up").paste(text).unbracketed(&format!("{text}\n\n 12345678\n"));
        assert!(run.effects.is_empty() && run.is_on_form(), "{text:?}");
    }
}

#[test]
fn a_whole_id_replaces_and_a_part_goes_in_at_the_caret() {
    let mut run = Run::with("aaaa", "", "720");
    run.keys("<ctrl-a>").paste("32b6");
    assert_eq!(run.text(Project), "32b6aaaa");
    run.paste(PROJECT);
    assert_eq!(run.text(Project), PROJECT);
}

#[test]
fn a_secret_is_refused_by_name_and_kept_nowhere() {
    for name in FieldName::ALL {
        let ways: [fn(&mut Run) -> &mut Run; 4] = [
            |run| run.paste(FAKE),
            |run| run.paste(&format!("{CLIENT} {FAKE}\n")),
            |run| run.unbracketed(&format!("{FAKE}\n")),
            |run| run.typed("mdb_sa_sk_"),
        ];
        for way in ways {
            let mut run = focus_on(name);
            way(&mut run);
            let verdict = run.model.form.verdict(name);
            let verdict = words(&verdict);
            let notice = match run.model.form.notice {
                Some(FormNotice::Word(word)) => word,
                _ => "",
            };
            assert!(format!("{verdict} {notice}").contains("secret, not"), "{name:?}: {verdict}");
            assert!(!format!("{:?}", run.model).contains("sa_sk_"), "{name:?}");
            assert!(!format!("{:?}", run.model).contains("FAKE"), "{name:?}");
        }
    }
}

#[test]
fn a_secret_that_a_paste_completes_is_not_kept_either() {
    let mut run = focus_on(Client);
    run.typed("mdb_sa_").paste("sk_FAKEfake");
    assert_eq!(run.text(Client), "");
}

#[test]
fn ctrl_c_leaves_and_ctrl_z_suspends() {
    let mut run = Run::empty();
    run.keys("<ctrl-z>");
    assert!(matches!(run.effects[..], [Effect::Suspend]));
    run.keys("<ctrl-c>");
    assert_eq!(run.exit(), Some(Exit::Done));
}

#[test]
fn the_rest_of_a_secret_that_comes_key_by_key_is_dropped_too() {
    let mut run = Run::empty();
    run.keys("tab").typed(FAKE);
    assert_eq!(run.text(Client), "");
    run.keys("backspace").typed("mdb");
    assert_eq!(run.text(Client), "mdb");
}

#[test]
fn a_secret_pasted_onto_a_right_id_leaves_the_id_right() {
    let mut run = Run::filled();
    run.keys("tab").paste(FAKE);
    assert!(matches!(run.model.form.notice, Some(FormNotice::Word(_))));
    assert!(run.model.form.new_secret().is_some());
}
