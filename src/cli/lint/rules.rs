//! What `mcpscope lint` tells of its rules.

use super::super::document::Document;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::{Exit, Outcome};
use crate::json::quote;
use crate::lint::{RULES, Rule, examples};
use crate::text;

/// All of them.
pub fn list(output: &mut Output) -> Outcome {
    if output.json {
        let rules: Vec<String> = RULES.iter().map(|rule| told(rule).to_string()).collect();
        let mut document = Document::default();
        document.raw("rules", &format!("[{}]", rules.join(",")));
        output.document(&document)?;
        return Ok(Exit::Ok);
    }
    for rule in RULES.iter() {
        // What gets worse in a later revision is what it is now.
        let severity = rule.grade.at(Some(rule.until)).word();
        output.line(&format!("{:<28} {severity:<8} {}", rule.name, rule.what))?;
    }
    output.flush()?;
    Ok(Exit::Ok)
}

/// A rule as an object.
fn told(rule: &Rule) -> Document {
    let mut lines = Document::default();
    for (language, line) in rule.lines {
        lines.text(language, line);
    }
    let section = (!rule.section.is_empty()).then_some(rule.section);
    let mut document = Document::default();
    document
        .text("name", rule.name)
        .text("severity", rule.grade.at(Some(rule.until)).word())
        .text("what", rule.what)
        .text("why", rule.why)
        .text("fix", rule.fix)
        .raw("lines", &lines.to_string())
        .text("since", rule.since.as_str())
        .text("until", rule.until.as_str())
        .maybe("section", section);
    let example = examples::of(rule.name).unwrap_or_default();
    for (name, lines) in [("fires", &example.fires), ("silent", &example.silent)] {
        let lines: Vec<String> = lines.iter().map(|line| quote(line)).collect();
        document.raw(name, &format!("[{}]", lines.join(",")));
    }
    document
}

/// One of them.
pub fn explain(name: &str, output: &mut Output) -> Outcome {
    let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
        let failure = Failure::usage(format!("there is no rule {}", text::sanitize(name)));
        return Err(failure
            .hint("mcpscope lint --rules lists them".to_owned())
            .into());
    };
    if output.json {
        output.document(&told(rule))?;
        return Ok(Exit::Ok);
    }
    output.line(rule.name)?;
    output.line("")?;
    output.line(rule.what)?;
    output.line(&format!("How bad: {}", rule.grade.words()))?;
    output.line(&format!("Why: {}", rule.why))?;
    output.line(&format!("Fix: {}", rule.fix))?;
    for (language, line) in rule.lines {
        output.line(&format!("     {language}: {line}"))?;
    }
    let section = match rule.section {
        "" => "of quality; the specification does not demand it".to_owned(),
        section => format!("specification: {section}"),
    };
    output.line(&format!(
        "Revisions {} to {}, {section}",
        rule.since, rule.until
    ))?;
    let example = examples::of(rule.name).unwrap_or_default();
    for (title, lines) in [
        ("It fires on", &example.fires),
        ("It is silent on", &example.silent),
    ] {
        output.line(&format!("{title}:"))?;
        for line in lines {
            output.line(&format!("  {line}"))?;
        }
    }
    output.flush()?;
    Ok(Exit::Ok)
}
