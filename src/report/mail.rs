//! A report as a message that `sendmail -t` takes: the text of a terminal for those who read plain mail, and a page of tables and
//! images that mail programs lay out. Nothing in it is random or of the clock, so that the same figures are the same bytes.

mod page;
mod picture;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::{Address, EmailAddress};
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use xxhash_rust::xxh3::xxh3_128;

use super::document::{Block, Document};
use super::format::{RenderError, Templates};
use super::text::{self, Style};
use crate::arithmetic::local_time::from_rfc3339;
use crate::declaration::project::mail::Mailbox;

/// Columns of the plain part.
const WIDTH: usize = 72;

/// A subject's sentence that is longer ends at its first comma.
const LONG: usize = 90;

/// The message.
///
/// # Errors
/// When the template is missing or wrong, or a chart cannot be drawn.
pub fn render(document: &Document, templates: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let plain = text::draw(document, &Style { width: WIDTH, colour: false });
    let (html, pictures) = page::page(document, templates)?;
    let subject = subject(document);
    let addresses = document.mail.as_ref();
    let from = addresses.and_then(|addresses| addresses.from.as_ref());
    let to = addresses.map(|addresses| addresses.to.as_slice()).unwrap_or_default();
    let id = format!("{:032x}", xxh3_128(format!("{subject}\0{from:?}\0{to:?}\0{plain}\0{html}").as_bytes()));
    let domain = from.and_then(|from| from.address.split_once('@')).map_or("nines.invalid", |(_, domain)| domain);
    // "=_" stands in no body: neither of the encodings can give it.
    let boundary =
        |name: &str| ContentType::new(format!("multipart/{name}")).attribute("boundary", format!("=_{name}-{id}"));

    let mut message = MessageBuilder::new();
    if let Some(from) = from {
        message = message.from(address(from));
    }
    if !to.is_empty() {
        message = message.to(Address::new_list(to.iter().map(address).collect()));
    }
    message = message.subject(subject).message_id(format!("{id}@{domain}"));
    if let Some(now) = from_rfc3339(&document.data.as_of) {
        message = message.date(Date::new(now.div_euclid(1_000_000)));
    }
    message = message
        .header("Auto-Submitted", HeaderType::Text(Text::new("auto-generated")))
        .header("Content-Language", HeaderType::Text(Text::new(text::plain(&document.language))));
    // Text in a message ends its lines so, whatever it is encoded in.
    let lines = |text: &str| text.replace('\n', "\r\n");
    let mut related = vec![MimePart::new("text/html", lines(&html))];
    for (name, bytes) in pictures {
        related.push(MimePart::new("image/png", bytes).inline().cid(name));
    }
    let mut root = boundary("related");
    root.attributes.push(("type".into(), "text/html".into()));
    let parts = vec![MimePart::new("text/plain", lines(&plain)), MimePart::new(root, related)];
    message = message.body(MimePart::new(boundary("alternative"), parts));
    message.write_to_vec().map_err(|error| RenderError { file: None, message: format!("mail: {error}") })
}

fn address(mailbox: &Mailbox) -> Address<'_> {
    let name = Some(mailbox.name.as_str()).filter(|name| !name.is_empty()).map(Into::into);
    Address::Address(EmailAddress { name, email: mailbox.address.as_str().into() })
}

/// The title and what the verdict says first.
fn subject(document: &Document) -> String {
    let title = text::plain(&document.title);
    let verdict = document.sections.iter().flat_map(|section| &section.blocks).find_map(|block| match block {
        Block::Verdict { spans } => Some(spans.iter().map(|span| span.text.as_str()).collect::<String>()),
        _ => None,
    });
    match verdict.map(|verdict| first_clause(&text::plain(&verdict))).filter(|clause| !clause.is_empty()) {
        Some(clause) => format!("{title}: {clause}"),
        None => title,
    }
}

fn first_clause(text: &str) -> String {
    let text = text.trim();
    let sentence = text.split_once(". ").map_or(text.trim_end_matches('.'), |(first, _)| first);
    match sentence.split_once(", ") {
        Some((clause, _)) if sentence.chars().count() > LONG => format!("{clause} …"),
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests;
