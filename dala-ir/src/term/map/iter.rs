//! Walking the pairs of a map.

use super::super::view::{self, MapRef};
use super::trie;
use crate::abi::Word;

/// Pairs of a map, in one of two orders: that of `maps:to_list/1`, where tries are walked from their last child to
/// the first, or that of `maps:next/1`, from the first to the last. Flat maps have one order, that of their keys.
#[derive(Clone, Debug)]
pub struct MapIter<'a> {
    form: Form<'a>,
}

#[derive(Clone, Debug)]
enum Form<'a> {
    Flat { keys: std::slice::Iter<'a, Word>, values: std::slice::Iter<'a, Word> },
    Trie { nodes: Vec<&'a [Word]>, backwards: bool, left: usize },
}

impl<'a> MapIter<'a> {
    /// The order of `maps:to_list/1`.
    pub fn new(map: MapRef<'a>) -> MapIter<'a> {
        MapIter::walk(map, true)
    }

    /// The order of `maps:next/1`.
    pub fn in_next_order(map: MapRef<'a>) -> MapIter<'a> {
        MapIter::walk(map, false)
    }

    fn walk(map: MapRef<'a>, backwards: bool) -> MapIter<'a> {
        let form = match map {
            MapRef::Flat { keys, values, .. } => Form::Flat { keys: keys.iter(), values: values.iter() },
            MapRef::Trie { size, root } => {
                Form::Trie { nodes: vec![trie::children(root)], backwards, left: size }
            }
        };
        MapIter { form }
    }

    /// The leaf cells of a trie (conses of key and value), in the order of `maps:to_list/1`; of a flat map, none.
    pub(crate) fn leaves(map: MapRef<'a>) -> impl Iterator<Item = Word> + 'a {
        let mut iter = MapIter::new(map);
        std::iter::from_fn(move || iter.next_leaf())
    }

    fn next_leaf(&mut self) -> Option<Word> {
        let Form::Trie { nodes, backwards, left } = &mut self.form else { return None };
        loop {
            let top = nodes.last_mut()?;
            let step = if *backwards { top.split_last() } else { top.split_first() };
            let Some((&child, rest)) = step else {
                nodes.pop();
                continue;
            };
            *top = rest;
            if child.is_cons() {
                *left = left.saturating_sub(1);
                return Some(child);
            }
            nodes.push(trie::children(child));
        }
    }
}

impl Iterator for MapIter<'_> {
    type Item = (Word, Word);

    fn next(&mut self) -> Option<(Word, Word)> {
        match &mut self.form {
            Form::Flat { keys, values } => Some((*keys.next()?, *values.next()?)),
            Form::Trie { .. } => view::cons(self.next_leaf()?),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.form {
            Form::Flat { keys, .. } => keys.len(),
            Form::Trie { left, .. } => *left,
        };
        (left, Some(left))
    }
}

impl ExactSizeIterator for MapIter<'_> {}
