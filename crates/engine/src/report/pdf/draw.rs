//! Laid out pages as a PDF: text that can be selected and searched, lines and areas as vectors, and a tree of parts for readers who
//! can't see it.

use std::num::NonZeroU16;

use carillon_domain::error::AppError;
use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::chart::Frame;
use super::fonts::Fonts;
use super::paper::{Ink, Mark, Paper, Role, SIZE};
use crate::report::About;

/// What stands in the file besides its pages.
pub struct Title<'a> {
    /// What it is called.
    pub title: String,
    /// Whose it is.
    pub about: &'a About,
    /// Language of its words.
    pub language: &'a str,
}

/// A PNG file as what can be drawn.
///
/// # Errors
/// [`AppError::Internal`] for what is no such file; what is kept as a logo is one.
pub fn picture(png: Vec<u8>) -> Result<Image, AppError> {
    Image::from_png(png.into(), false).map_err(|error| AppError::internal(format!("the logo: {error}")))
}

/// Draws pages.
///
/// # Errors
/// [`AppError::Internal`] when the file can't be made, which no input is known to cause.
pub fn draw(paper: &Paper<'_>, title: &Title<'_>) -> Result<Vec<u8>, AppError> {
    let mut document =
        Document::new_with(SerializeSettings { enable_tagging: true, ..SerializeSettings::default() });
    let settings =
        PageSettings::from_wh(SIZE.0, SIZE.1).ok_or_else(|| AppError::internal("the page has no size"))?;
    let mut leaves: Vec<Vec<Identifier>> = vec![Vec::new(); paper.parts.len()];
    for marks in &paper.pages {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for run in marks.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((part, _)) = run.first() else { continue };
            let leaf = surface.start_tagged(tag(part.map(|index| &paper.parts[index].role)));
            run.iter().for_each(|(_, mark)| put(&mut surface, paper.fonts, mark));
            surface.end_tagged();
            if let Some(index) = part {
                leaves[*index].push(leaf);
            }
        }
        surface.finish();
        for (part, mark) in marks {
            if let (Some(index), Mark::Link { frame, url }) = (part, mark) {
                leaves[*index].extend(link(*frame, url).map(|link| page.add_tagged_annotation(link)));
            }
        }
        page.finish();
    }
    document.set_tag_tree(tree(paper, leaves, title.language));
    document.set_metadata(metadata(title));
    document.finish().map_err(|error| AppError::internal(format!("{error:?}")))
}

fn link(frame: Frame, url: &str) -> Option<Annotation> {
    let rect = Rect::from_xywh(frame.x, frame.y, frame.width, frame.height)?;
    let target = Target::Action(LinkAction::new(url.to_owned()).into());
    Some(Annotation::new_link(LinkAnnotation::new(rect, target), Some(url.to_owned())))
}

fn tag(role: Option<&Role>) -> ContentTag<'static> {
    match role {
        None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        Some(Role::Figure(_)) => ContentTag::Other,
        Some(_) => ContentTag::Span(SpanTag::empty()),
    }
}

/// The parts in the order of reading: what a part shows itself, then the parts in it.
fn tree(paper: &Paper<'_>, leaves: Vec<Vec<Identifier>>, language: &str) -> TagTree {
    let mut groups: Vec<Option<TagGroup>> = paper
        .parts
        .iter()
        .zip(leaves)
        .map(|(part, leaves)| {
            let mut group = group(&part.role);
            leaves.into_iter().for_each(|leaf| group.push(leaf));
            Some(group)
        })
        .collect();
    let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
    // A part comes after the one around it, so from the last one on every part is whole when it is put in; which turns the order.
    let mut inside: Vec<Vec<TagGroup>> = vec![Vec::new(); paper.parts.len()];
    let mut top = Vec::new();
    for (index, part) in paper.parts.iter().enumerate().rev() {
        let Some(mut group) = groups[index].take() else { continue };
        std::mem::take(&mut inside[index]).into_iter().rev().for_each(|child| group.push(child));
        match part.within {
            Some(around) => inside[around].push(group),
            None => top.push(group),
        }
    }
    top.into_iter().rev().for_each(|group| tree.push(group));
    tree
}

fn group(role: &Role) -> TagGroup {
    match role {
        Role::Heading(level, text) => {
            TagGroup::new(Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(text.clone())))
        }
        Role::Paragraph => TagGroup::new(Tag::P),
        Role::Figure(text) => TagGroup::new(Tag::Figure(Some(text.clone()))),
        Role::Table => TagGroup::new(Tag::Table),
        Role::Row => TagGroup::new(Tag::TR),
        Role::Head => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
        Role::Cell => TagGroup::new(Tag::TD),
        Role::Link => TagGroup::new(Tag::Link),
    }
}

fn color(ink: Ink) -> rgb::Color {
    rgb::Color::new(ink[0], ink[1], ink[2])
}

fn put(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark) {
    match mark {
        // Lies over the page, see `draw`.
        Mark::Link { .. } => {}
        Mark::Text { at, style, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: color(style.ink).into(), ..Fill::default() }));
            let glyphs = fonts.glyphs(style.weight, text);
            let start = Point::from_xy(at.0, at.1);
            surface.draw_glyphs(start, &glyphs, fonts.font(style.weight), text, style.size, false);
        }
        Mark::Line { points, ink, width } => {
            let mut path = PathBuilder::new();
            for (index, (x, y)) in points.iter().enumerate() {
                if index == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            if let [(x, y)] = points[..] {
                // A line of almost no length is drawn as a dot, because its ends are round.
                path.line_to(x + 0.01, y);
            }
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: color(*ink).into(),
                width: *width,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            }));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Picture { frame, image } => {
            if let Some(size) = Size::from_wh(frame.width, frame.height) {
                surface.push_transform(&Transform::from_translate(frame.x, frame.y));
                surface.draw_image(image.clone(), size);
                surface.pop();
            }
        }
        Mark::Area { frame, ink } => {
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(frame.x, frame.y, frame.width, frame.height) {
                path.push_rect(rect);
            }
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: color(*ink).into(), ..Fill::default() }));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

/// The only time in it is the one that its numbers are of.
fn metadata(title: &Title<'_>) -> Metadata {
    let at = jiff::tz::TimeZone::UTC.to_datetime(title.about.as_of);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(title.title.clone())
        .authors(vec![title.about.workspace.clone()])
        .creator("Carillon".to_owned())
        .language(title.language.to_owned())
        .creation_date(date)
}
