//! Maps of more than 32 keys: a hash trie of 16-way nodes, as OTP's, so that iteration order is OTP's.
//!
//! A node is `[bitmap, child...]` with a child for each set bit, in bit order; a child is a leaf (a cons of key and
//! value) or a node. Level by level a key is placed by the next four bits of its hash. A leaf always stands as high as
//! it can, so equal key sets make equal tries. Keys of one hash lie in one node of bitmap 0 at [`MAX_LEVEL`], in key
//! order.

#![expect(unsafe_code, reason = "makes map objects")]

use super::super::compare::{cmp_exact, eq_exact};
use super::super::hash::map_key_hash;
use super::super::view;
use super::super::writer::TermWriter;
use crate::abi::{Header, Kind, Word};

/// The level where all 32 bits of a hash are used up.
const MAX_LEVEL: u32 = 8;

/// A key's hash, as seen from one level of the trie.
#[derive(Clone, Copy)]
struct Path {
    hash: u32,
    level: u32,
}

impl Path {
    fn start(key: Word) -> Path {
        Path { hash: map_key_hash(key), level: 0 }
    }

    fn bit(self) -> u32 {
        1 << (self.hash & 0xf)
    }

    fn down(self) -> Path {
        Path { hash: self.hash >> 4, level: self.level + 1 }
    }

    /// The key's path as seen from `level`.
    fn at(key: Word, level: u32) -> Path {
        Path { hash: map_key_hash(key).checked_shr(4 * level).unwrap_or(0), level }
    }
}

/// Bitmap and children of a node.
fn node<'a>(word: Word) -> (u32, &'a [Word]) {
    match view::payload(word, Kind::TrieNode) {
        Some([bitmap, children @ ..]) => (bitmap.as_small().unwrap_or(0) as u32, children),
        _ => (0, &[]),
    }
}

pub(super) fn children<'a>(word: Word) -> &'a [Word] {
    node(word).1
}

/// The node whose children are those of `parts`, one part behind the other.
fn node_of<W: TermWriter + ?Sized>(writer: &mut W, bitmap: u32, parts: &[&[Word]]) -> Word {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let object = writer.alloc_words(len + 2);
    // SAFETY: there is room for header, bitmap and children, which is what a trie node is; callers pass a child per bit.
    unsafe {
        object.write(Word::header(Header::new(Kind::TrieNode, len + 1)));
        object.add(1).write(Word::small_int(i64::from(bitmap)));
        let mut free = object.add(2);
        for part in parts {
            free.copy_from_nonoverlapping(part.as_ptr(), part.len());
            free = free.add(part.len());
        }
        Word::boxed_at(object)
    }
}

/// The map object over a root.
pub(super) fn whole<W: TermWriter + ?Sized>(writer: &mut W, size: usize, root: Word) -> Word {
    // SAFETY: a trie map's payload is its size and root node.
    unsafe { writer.boxed(Kind::TrieMap, &[Word::small_int(size as i64), root]) }
}

fn child_index(bitmap: u32, bit: u32) -> usize {
    (bitmap & (bit - 1)).count_ones() as usize
}

pub(super) fn get(root: Word, key: Word) -> Option<Word> {
    let mut path = Path::start(key);
    let mut current = root;
    loop {
        let (bitmap, children) = node(current);
        if path.level >= MAX_LEVEL {
            return children
                .iter()
                .filter_map(|&leaf| view::cons(leaf))
                .find(|leaf| eq_exact(leaf.0, key))
                .map(|leaf| leaf.1);
        }
        let bit = path.bit();
        if bitmap & bit == 0 {
            return None;
        }
        let child = children[child_index(bitmap, bit)];
        if let Some((other, value)) = view::cons(child) {
            return eq_exact(other, key).then_some(value);
        }
        current = child;
        path = path.down();
    }
}

/// Copies `parents`, each with one child replaced, from the innermost out.
fn rebuild<W: TermWriter + ?Sized>(writer: &mut W, parents: &[(Word, usize)], child: Word) -> Word {
    parents.iter().rev().fold(child, |child, &(parent, index)| {
        let (bitmap, children) = node(parent);
        node_of(writer, bitmap, &[&children[..index], &[child], &children[index + 1..]])
    })
}

/// The trie with `key` set, and whether the key is new. The same root when nothing changes.
pub(super) fn put<W: TermWriter + ?Sized>(
    writer: &mut W,
    root: Word,
    key: Word,
    value: Word,
) -> (Word, bool) {
    let mut path = Path::start(key);
    let mut current = root;
    let mut parents: smallvec::SmallVec<[(Word, usize); 8]> = smallvec::SmallVec::new();
    loop {
        let (bitmap, children) = node(current);
        if path.level >= MAX_LEVEL {
            let found =
                children.iter().position(|&leaf| view::cons(leaf).is_some_and(|leaf| eq_exact(leaf.0, key)));
            let leaf = writer.cons(key, value);
            let place = found.unwrap_or_else(|| {
                children.partition_point(|&other| {
                    view::cons(other).is_some_and(|other| cmp_exact(other.0, key).is_lt())
                })
            });
            let behind = &children[place + usize::from(found.is_some())..];
            let listed = node_of(writer, 0, &[&children[..place], &[leaf], behind]);
            return (rebuild(writer, &parents, listed), found.is_none());
        }
        let bit = path.bit();
        let index = child_index(bitmap, bit);
        if bitmap & bit == 0 {
            let leaf = writer.cons(key, value);
            let grown = node_of(writer, bitmap | bit, &[&children[..index], &[leaf], &children[index..]]);
            return (rebuild(writer, &parents, grown), true);
        }
        let child = children[index];
        parents.push((current, index));
        if let Some((other, old_value)) = view::cons(child) {
            if eq_exact(other, key) {
                if old_value == value {
                    return (root, false);
                }
                let leaf = writer.cons(other, value);
                return (rebuild(writer, &parents, leaf), false);
            }
            let split = split(writer, child, other, key, value, path);
            return (rebuild(writer, &parents, split), true);
        }
        current = child;
        path = path.down();
    }
}

/// The node that takes the place of `leaf` when `key` falls on it; `path` is the key's where they met.
fn split<W: TermWriter + ?Sized>(
    writer: &mut W,
    leaf: Word,
    other: Word,
    key: Word,
    value: Word,
    path: Path,
) -> Word {
    let new_leaf = writer.cons(key, value);
    let mut path = path.down();
    let mut other_path = Path::at(other, path.level);
    let mut shared_bits: smallvec::SmallVec<[u32; 8]> = smallvec::SmallVec::new();
    let innermost = loop {
        if path.level >= MAX_LEVEL {
            let in_order = if cmp_exact(other, key).is_lt() { [leaf, new_leaf] } else { [new_leaf, leaf] };
            break node_of(writer, 0, &[&in_order]);
        }
        let (bit, other_bit) = (path.bit(), other_path.bit());
        if bit != other_bit {
            let in_order = if bit < other_bit { [new_leaf, leaf] } else { [leaf, new_leaf] };
            break node_of(writer, bit | other_bit, &[&in_order]);
        }
        shared_bits.push(bit);
        path = path.down();
        other_path = other_path.down();
    };
    shared_bits.iter().rev().fold(innermost, |child, &bit| node_of(writer, bit, &[&[child]]))
}

/// The trie without `key`, which it has. It keeps at least two leaves.
pub(super) fn remove<W: TermWriter + ?Sized>(writer: &mut W, root: Word, key: Word) -> Word {
    let mut path = Path::start(key);
    let mut current = root;
    let mut parents: smallvec::SmallVec<[(Word, usize); 8]> = smallvec::SmallVec::new();
    let (bitmap, front, behind) = loop {
        let (bitmap, children) = node(current);
        let index = if path.level >= MAX_LEVEL {
            children.iter().position(|&leaf| view::cons(leaf).is_some_and(|leaf| eq_exact(leaf.0, key)))
        } else {
            (bitmap & path.bit() != 0).then(|| child_index(bitmap, path.bit()))
        };
        let Some(index) = index else { return root };
        if !children[index].is_cons() {
            parents.push((current, index));
            current = children[index];
            path = path.down();
            continue;
        }
        let bitmap = if path.level >= MAX_LEVEL { 0 } else { bitmap & !path.bit() };
        break (bitmap, &children[..index], &children[index + 1..]);
    };
    // A leaf left alone moves up to where it no longer is.
    let child = match (front, behind) {
        (&[leaf], []) | ([], &[leaf]) if leaf.is_cons() && !parents.is_empty() => leaf,
        _ => node_of(writer, bitmap, &[front, behind]),
    };
    while child.is_cons()
        && parents.len() > 1
        && parents.last().is_some_and(|&(parent, _)| children(parent).len() == 1)
    {
        parents.pop();
    }
    rebuild(writer, &parents, child)
}

/// The pairs whose keys differ; of equal keys the last stays.
pub(super) fn distinct(pairs: &[(Word, Word)]) -> Vec<(Word, Word)> {
    let mut by_hash: hashbrown::HashTable<usize> = hashbrown::HashTable::with_capacity(pairs.len());
    let mut kept: Vec<(Word, Word)> = Vec::with_capacity(pairs.len());
    let mut hashes: Vec<u32> = Vec::with_capacity(pairs.len());
    let spread = |hash: u32| u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for &(key, value) in pairs {
        let hash = map_key_hash(key);
        match by_hash.find(spread(hash), |&index| hashes[index] == hash && eq_exact(kept[index].0, key)) {
            Some(&index) => kept[index].1 = value,
            None => {
                by_hash.insert_unique(spread(hash), kept.len(), |&index| spread(hashes[index]));
                kept.push((key, value));
                hashes.push(hash);
            }
        }
    }
    kept
}

/// The trie map of pairs whose keys differ, more than 32 of them.
pub(super) fn from_distinct<W: TermWriter + ?Sized>(writer: &mut W, pairs: &[(Word, Word)]) -> Word {
    let mut leaves: Vec<(Path, Word, Word)> = Vec::with_capacity(pairs.len());
    for &(key, value) in pairs {
        let leaf = writer.cons(key, value);
        leaves.push((Path::start(key), key, leaf));
    }
    let root = build(writer, &mut leaves, 0);
    whole(writer, pairs.len(), root)
}

/// The node at `level` over `leaves`. Recursion is bounded by [`MAX_LEVEL`].
fn build<W: TermWriter + ?Sized>(writer: &mut W, leaves: &mut [(Path, Word, Word)], level: u32) -> Word {
    if level >= MAX_LEVEL {
        leaves.sort_by(|a, b| cmp_exact(a.1, b.1));
        let words: Vec<Word> = leaves.iter().map(|leaf| leaf.2).collect();
        return node_of(writer, 0, &[&words]);
    }
    leaves.sort_unstable_by_key(|leaf| leaf.0.hash & 0xf);
    let mut bitmap = 0;
    let mut children = smallvec::SmallVec::<[Word; 16]>::new();
    for group in leaves.chunk_by_mut(|a, b| a.0.hash & 0xf == b.0.hash & 0xf) {
        bitmap |= group[0].0.bit();
        children.push(match group {
            [(_, _, leaf)] => *leaf,
            _ => {
                for (path, ..) in group.iter_mut() {
                    *path = path.down();
                }
                build(writer, group, level + 1)
            }
        });
    }
    node_of(writer, bitmap, &[&children])
}
