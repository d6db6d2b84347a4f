// A rule as a tree that can be edited: groups with children, and leaves that keep their JSON as it is.
// What nobody touches is written as it was read.

let last = 0;
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export const leaf = (rule, nots = 0) => ({ id: ++last, nots, rule });
export const group = (word, children = [], nots = 0) => ({ id: ++last, nots, word, children });

function node(rule) {
  let nots = 0;
  while (isObject(rule) && "not" in rule && Object.keys(rule).length === 1) {
    nots += 1;
    rule = rule.not;
  }
  const word = ["all", "any"].find((key) => isObject(rule) && Array.isArray(rule[key]) && Object.keys(rule).length === 1);
  return word ? group(word, rule[word].map(node), nots) : leaf(rule, nots);
}

/** The root is always a group; a rule that is none lies in one alone, and is written without it. */
export function read(rule) {
  if (rule === null || rule === undefined) return group("all");
  const root = node(rule);
  return root.children ? root : Object.assign(group("all", [root]), { bare: true });
}

/** The rule, or null when nothing is in it; every node learns its path. `keeps` says which leaves count. */
export function write(root, keeps = () => true) {
  const isBare = root.bare && root.word === "all" && !root.nots && root.children.length === 1;
  if (isBare) root.path = "";
  return (isBare ? written(root.children[0], "", keeps) : written(root, "", keeps)) ?? null;
}

function written(one, path, keeps) {
  const inside = path + (path && one.nots ? "." : "") + Array(one.nots).fill("not").join(".");
  one.path = inside;
  let rule;
  if (one.children) {
    const kept = [];
    for (const child of one.children) {
      const place = `${inside}${inside ? "." : ""}${one.word}[${kept.length}]`;
      const part = written(child, place, keeps);
      if (part !== undefined) kept.push(part);
    }
    if (!kept.length) return undefined;
    rule = { [one.word]: kept };
  } else {
    if (!keeps(one)) return undefined;
    rule = one.rule;
  }
  for (let n = 0; n < one.nots; n += 1) rule = { not: rule };
  return rule;
}

export function* all(one) {
  yield one;
  for (const child of one.children || []) yield* all(child);
}

export function parentOf(root, wanted) {
  for (const one of all(root)) if (one.children && one.children.includes(wanted)) return one;
  return null;
}

export const find = (root, id) => [...all(root)].find((one) => one.id === id);

const holds = (one, other) => [...all(one)].includes(other);

/** Put a node at a place of a group; false when the group lies in it. */
export function place(root, one, target, index) {
  const from = parentOf(root, one);
  if (!from || holds(one, target)) return false;
  const before = from.children.indexOf(one);
  from.children.splice(before, 1);
  if (from === target && before < index) index -= 1;
  target.children.splice(index, 0, one);
  tidy(root, from);
  return true;
}

/** One step up, down, into a group beside it (or a new one), or out of its group. */
export function move(root, one, way) {
  const from = parentOf(root, one);
  const at = from.children.indexOf(one);
  if (way === "up") return at > 0 && place(root, one, from, at - 1);
  if (way === "down") return at < from.children.length - 1 && place(root, one, from, at + 2);
  if (way === "out") {
    const above = parentOf(root, from);
    return Boolean(above) && place(root, one, above, above.children.indexOf(from) + 1);
  }
  const [before, after] = [from.children[at - 1], from.children[at + 1]];
  if (before && before.children) return place(root, one, before, before.children.length);
  if (after && after.children) return place(root, one, after, 0);
  from.children[at] = group(from.word === "all" ? "any" : "all", [one]);
  return true;
}

export function remove(root, one) {
  const from = parentOf(root, one);
  from.children.splice(from.children.indexOf(one), 1);
  tidy(root, from);
}

export function copy(root, one) {
  const from = parentOf(root, one);
  const fresh = renewed(structuredClone(one));
  from.children.splice(from.children.indexOf(one) + 1, 0, fresh);
  return fresh;
}

function renewed(one) {
  one.id = ++last;
  (one.children || []).forEach(renewed);
  return one;
}

// A group that was emptied by a move says nothing more.
function tidy(root, one) {
  while (one !== root && one.children && !one.children.length) {
    const above = parentOf(root, one);
    above.children.splice(above.children.indexOf(one), 1);
    one = above;
  }
}
