//! Requests written as what reproduces them: reads their messages back, for clipboards and the normal screen.

use crate::json::Value;
use crate::recording::Bodies;
use crate::snippet::{Subject, Written};
use crate::tui::effect::{CopyAs, Source};
use crate::tui::event::Event;

/// Reads request and answer, and writes what reproduces them.
pub(super) fn copy_as(wanted: CopyAs, bodies: &Bodies) -> Event {
    let print = wanted.print;
    match write(wanted, bodies) {
        Ok(written) if print => Event::ToPrint(written.text),
        Ok(written) => Event::ToCopy {
            text: written.text,
            what: written.what,
        },
        Err(why) => Event::Copied(Err(why)),
    }
}

/// Writes several, each with its number.
pub(super) fn lines(
    wanted: Vec<(u64, CopyAs)>,
    bodies: &Bodies,
) -> Vec<(u64, Result<String, String>)> {
    let line = |(number, wanted)| {
        let written = write(wanted, bodies).map(|written| written.text);
        (number, written)
    };
    wanted.into_iter().map(line).collect()
}

fn write(wanted: CopyAs, bodies: &Bodies) -> Result<Written, String> {
    let read = |source: Source| {
        bodies
            .read(source.seq, source.place)
            .map_err(|error| format!("#{} cannot be read back: {error}", source.seq))
    };
    let mut subject = wanted.subject;
    if let Some(request) = wanted.request {
        let entry = read(request)?;
        subject.read(&entry.body)?;
    } else {
        mask(&mut subject, bodies);
    }
    if let (Some(answer), Some(response)) = (&mut subject.answer, wanted.response) {
        answer.body = Some(read(response)?.body);
    }
    wanted.form.write(&subject)
}

/// What was not sent yet is masked as it would be recorded; what was sent is already.
fn mask(subject: &mut Subject, bodies: &Bodies) {
    if let Some(masked) = bodies
        .secrets()
        .mask_text(&subject.params.to_string(), &subject.name)
        && let Ok(masked) = Value::parse(masked.as_bytes())
    {
        subject.params = masked;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::mask::Rule;
    use crate::recorder::Recorder;
    use crate::snippet::{Form, Server};

    /// A form is copied before anything of it was recorded; what is a secret of this server's is one there too.
    #[test]
    fn what_was_not_sent_yet_is_copied_without_its_secrets() {
        let mut recorder = Recorder::unnamed().unwrap();
        recorder.connects(1, "it");
        let key = ("API_KEY".to_owned(), "supersecret-9911".to_owned());
        recorder.passed(1, Rule::Variable, &[key]);
        let bodies = recorder.bodies();
        for form in [Form::Cli, Form::Python, Form::TypeScript, Form::Markdown] {
            let params =
                Value::parse(br#"{"name":"t","arguments":{"req":"a supersecret-9911 b"}}"#)
                    .unwrap();
            let wanted = CopyAs {
                form,
                print: false,
                subject: Subject {
                    name: "it".to_owned(),
                    server: Server::Process {
                        command: vec!["server".to_owned()],
                        cwd: None,
                        env: Vec::new(),
                    },
                    listed: None,
                    implementation: None,
                    revision: None,
                    method: "tools/call".to_owned(),
                    params,
                    schema: None,
                    answer: None,
                },
                request: None,
                response: None,
            };
            let written = write(wanted, &bodies).unwrap().text;
            assert!(!written.contains("supersecret"), "{written}");
            assert!(
                written.contains("API_KEY") || written.contains("‹redacted›"),
                "{written}"
            );
        }
    }
}
