//! Which keys run which command.
//!
//! A table is a tree: its leaves are bindings, and an inner node is a half-typed chord with a label
//! and hints for what can follow. Tables other than [`Table::Normal`] are looked at first while
//! their part of the screen has the keyboard; what they do not bind falls through to the normal
//! one, so the prefix works everywhere. Keys are kept and compared in the form of
//! [`Key::normal`]. A key that begins a chord is never also a binding of its own: the later wins.

#[cfg(test)]
mod tests;

use super::key::Key;

/// A set of bindings that counts in one situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// A pane has the keyboard, and whatever the other tables leave alone.
    Normal,
    /// The side panel has the keyboard.
    Panel,
    /// The keys move and resize the focused pane.
    Adjust,
    /// The pane is in copy mode, with vi's keys.
    CopyVi,
    /// The pane is in copy mode, with Emacs' keys.
    CopyEmacs,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 5] = [
        Table::Normal,
        Table::Panel,
        Table::Adjust,
        Table::CopyVi,
        Table::CopyEmacs,
    ];

    /// Its name in `keybindings.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Normal => "normal",
            Table::Panel => "panel",
            Table::Adjust => "adjust",
            Table::CopyVi => "copy-vi",
            Table::CopyEmacs => "copy-emacs",
        }
    }

    /// The table of that name.
    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// What keys run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// A command line, as one would type it at the prompt.
    pub command: String,
    /// A few words for the list of keys and the hints; may be empty.
    pub note: String,
    /// Whether the last key may be pressed again without the prefix for a moment.
    pub repeat: bool,
}

impl Binding {
    /// What to show people: the note, or the command where there is none.
    pub fn title(&self) -> &str {
        match self.note.as_str() {
            "" => &self.command,
            note => note,
        }
    }
}

/// What the keys typed so far lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// A command.
    Found(&'a Binding),
    /// More keys are needed.
    Prefix {
        /// What the keys so far are called, or empty.
        label: &'a str,
        /// What can follow, in the order of the files.
        hints: Vec<Hint<'a>>,
    },
    /// Nothing.
    None,
}

/// One way to go on after a half-typed chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint<'a> {
    /// The next key.
    pub key: Key,
    /// What it does, or what the chords behind it are called.
    pub note: &'a str,
    /// Whether more keys follow it.
    pub more: bool,
}

/// A binding and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The table.
    pub table: Table,
    /// The keys, in order.
    pub keys: Vec<Key>,
    /// What they run.
    pub binding: &'a Binding,
}

#[derive(Debug, Clone)]
enum Node {
    Leaf(Binding),
    Branch(Branch),
}

/// Children in the order they were bound, so that lists keep the order of the files. They are a
/// few dozen at most: looking through them is as quick as hashing.
#[derive(Debug, Clone, Default)]
struct Branch {
    label: String,
    children: Vec<(Key, Node)>,
}

/// All bindings, and the prefix they were read with.
#[derive(Debug, Clone)]
pub struct Keymap {
    prefix: Key,
    normal: Branch,
    panel: Branch,
    adjust: Branch,
    copy_vi: Branch,
    copy_emacs: Branch,
}

impl Keymap {
    /// No bindings.
    pub fn new(prefix: Key) -> Keymap {
        Keymap {
            prefix: prefix.normal(),
            normal: Branch::default(),
            panel: Branch::default(),
            adjust: Branch::default(),
            copy_vi: Branch::default(),
            copy_emacs: Branch::default(),
        }
    }

    /// The prefix key.
    pub fn prefix(&self) -> Key {
        self.prefix
    }

    /// Makes another key the prefix: what began with the old one begins with it, and pressing it twice is
    /// what pressing the old one twice was.
    pub fn set_prefix(&mut self, key: Key) {
        let (old, new) = (self.prefix, key.normal());
        if old == new {
            return;
        }
        for table in Table::ALL {
            let root = self.root_mut(table);
            let Some(at) = root.children.iter().position(|(key, _)| *key == old) else {
                continue;
            };
            let (_, mut node) = root.children.remove(at);
            if let Node::Branch(branch) = &mut node
                && let Some(at) = branch.children.iter().position(|(key, _)| *key == old)
            {
                let (_, twice) = branch.children.remove(at);
                branch.put(new, twice);
            }
            root.put(new, node);
        }
        self.prefix = new;
    }

    /// Binds keys. What was bound to exactly these keys is replaced; returns how many *other*
    /// bindings are gone because they began with these keys, or were where these keys begin.
    pub fn bind(&mut self, table: Table, keys: &[Key], binding: Binding) -> usize {
        self.root_mut(table).bind(keys, binding)
    }

    /// Removes the binding of these keys, or all that begin with them. Whether there was one.
    pub fn unbind(&mut self, table: Table, keys: &[Key]) -> bool {
        self.root_mut(table).remove(keys)
    }

    /// Names the chords that begin with these keys. Whether there are any.
    pub fn label(&mut self, table: Table, keys: &[Key], label: &str) -> bool {
        let mut branch = self.root_mut(table);
        for key in keys {
            branch = match branch.child_mut(key.normal()) {
                Some(Node::Branch(below)) => below,
                _ => return false,
            };
        }
        branch.label = label.to_owned();
        true
    }

    /// What these keys lead to while `table` has the keyboard.
    pub fn lookup(&self, table: Table, keys: &[Key]) -> Lookup<'_> {
        let own = self.root(table).find(keys);
        let normal = match table {
            Table::Normal => None,
            _ => self.root(Table::Normal).find(keys),
        };
        match (own, normal) {
            (Some(Found::Leaf(binding)), _) | (None, Some(Found::Leaf(binding))) => {
                Lookup::Found(binding)
            }
            (Some(Found::Branch(branch)), other) => prefix(branch, other),
            (None, Some(Found::Branch(branch))) => prefix(branch, None),
            (None, None) => Lookup::None,
        }
    }

    /// Every binding, table by table, in the order of the files.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries = Vec::new();
        for table in Table::ALL {
            self.root(table)
                .collect(table, &mut Vec::new(), &mut entries);
        }
        entries
    }

    /// The bindings that run `command`: the same words, however quoted. A command without
    /// arguments finds bindings of that command alone.
    pub fn reverse(&self, command: &str) -> Vec<Entry<'_>> {
        let wanted = words(command);
        let mut entries = self.entries();
        entries.retain(|entry| words(&entry.binding.command) == wanted);
        entries
    }

    fn root(&self, table: Table) -> &Branch {
        match table {
            Table::Normal => &self.normal,
            Table::Panel => &self.panel,
            Table::Adjust => &self.adjust,
            Table::CopyVi => &self.copy_vi,
            Table::CopyEmacs => &self.copy_emacs,
        }
    }

    fn root_mut(&mut self, table: Table) -> &mut Branch {
        match table {
            Table::Normal => &mut self.normal,
            Table::Panel => &mut self.panel,
            Table::Adjust => &mut self.adjust,
            Table::CopyVi => &mut self.copy_vi,
            Table::CopyEmacs => &mut self.copy_emacs,
        }
    }
}

/// A command line's words; one that cannot be split is one word.
fn words(command: &str) -> Vec<String> {
    shlex::split(command).unwrap_or_else(|| vec![command.to_owned()])
}

fn prefix<'a>(branch: &'a Branch, other: Option<Found<'a>>) -> Lookup<'a> {
    let mut hints = branch.hints();
    let mut label = branch.label.as_str();
    if let Some(Found::Branch(other)) = other {
        let more = other.hints().into_iter();
        let shadowed: Vec<Key> = hints.iter().map(|hint| hint.key).collect();
        hints.extend(more.filter(|hint| !shadowed.contains(&hint.key)));
        if label.is_empty() {
            label = &other.label;
        }
    }
    Lookup::Prefix { label, hints }
}

enum Found<'a> {
    Leaf(&'a Binding),
    Branch(&'a Branch),
}

impl Node {
    fn count(&self) -> usize {
        match self {
            Node::Leaf(_) => 1,
            Node::Branch(branch) => branch.children.iter().map(|(_, node)| node.count()).sum(),
        }
    }
}

impl Branch {
    fn child(&self, key: Key) -> Option<&Node> {
        let (_, node) = self.children.iter().find(|(other, _)| *other == key)?;
        Some(node)
    }

    fn child_mut(&mut self, key: Key) -> Option<&mut Node> {
        let (_, node) = self.children.iter_mut().find(|(other, _)| *other == key)?;
        Some(node)
    }

    /// Binds keys below this branch; how many other bindings made way.
    fn bind(&mut self, keys: &[Key], binding: Binding) -> usize {
        let Some((key, rest)) = keys.split_first() else {
            return 0;
        };
        let key = key.normal();
        if rest.is_empty() {
            return self.put(key, Node::Leaf(binding));
        }
        if let Some(Node::Branch(below)) = self.child_mut(key) {
            return below.bind(rest, binding);
        }
        let mut below = Branch::default();
        below.bind(rest, binding);
        self.put(key, Node::Branch(below))
    }

    /// Puts a node behind `key`; how many bindings made way, a leaf for a leaf not counted.
    fn put(&mut self, key: Key, node: Node) -> usize {
        let Some(old) = self.child_mut(key) else {
            self.children.push((key, node));
            return 0;
        };
        match (std::mem::replace(old, node), old) {
            (Node::Leaf(_), Node::Leaf(_)) => 0,
            (old, _) => old.count(),
        }
    }

    fn remove(&mut self, keys: &[Key]) -> bool {
        let Some((key, rest)) = keys.split_first() else {
            return false;
        };
        let key = key.normal();
        if rest.is_empty() {
            let before = self.children.len();
            self.children.retain(|(other, _)| *other != key);
            return self.children.len() < before;
        }
        let Some(Node::Branch(below)) = self.child_mut(key) else {
            return false;
        };
        let removed = below.remove(rest);
        // A chord that leads nowhere must not swallow its first key.
        if below.children.is_empty() {
            self.children.retain(|(other, _)| *other != key);
        }
        removed
    }

    fn find(&self, keys: &[Key]) -> Option<Found<'_>> {
        let Some((key, rest)) = keys.split_first() else {
            return Some(Found::Branch(self));
        };
        match self.child(key.normal())? {
            Node::Branch(branch) => branch.find(rest),
            Node::Leaf(binding) => rest.is_empty().then_some(Found::Leaf(binding)),
        }
    }

    fn hints(&self) -> Vec<Hint<'_>> {
        self.children
            .iter()
            .map(|(key, node)| {
                let (note, more) = match node {
                    Node::Leaf(binding) => (binding.title(), false),
                    Node::Branch(branch) => (branch.label.as_str(), true),
                };
                let key = *key;
                Hint { key, note, more }
            })
            .collect()
    }

    fn collect<'a>(&'a self, table: Table, path: &mut Vec<Key>, entries: &mut Vec<Entry<'a>>) {
        for (key, node) in &self.children {
            path.push(*key);
            match node {
                Node::Branch(branch) => branch.collect(table, path, entries),
                Node::Leaf(binding) => entries.push(Entry {
                    table,
                    keys: path.clone(),
                    binding,
                }),
            }
            path.pop();
        }
    }
}
