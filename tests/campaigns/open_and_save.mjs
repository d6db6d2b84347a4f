// Reads plans from the standard input; says what the browser's tree makes of each.
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const tree = await import(pathToFileURL(process.argv[2]));
const given = JSON.parse(readFileSync(0, "utf8"));

function undone(plan) {
  let now = plan;
  for (const { path, step, chain, n } of tree.walk(plan)) {
    now = tree.replace(now, path, step);
    now = tree.insert(now, chain, n, { stop: "x" });
    now = tree.remove(now, `${chain}[${n}]`);
    const [moved, where] = tree.move(now, path, 1);
    [now] = where === path ? [moved] : tree.move(moved, where, -1);
  }
  return now;
}

const answers = given.map((plan) => {
  const { nodes, edges } = tree.drawn(plan);
  const known = new Set(nodes.map((node) => node.id));
  return {
    saved: JSON.parse(JSON.stringify(plan)),
    after_undone_changes: undone(plan),
    steps: tree.walk(plan).length,
    drawn: nodes.filter((node) => !node.id.startsWith("way:")).length,
    all: nodes.length,
    places: new Set(nodes.map((node) => `${Math.round(node.x)}/${Math.round(node.y)}`)).size,
    loose: edges.filter((edge) => !known.has(edge.source) || !known.has(edge.target)).length,
  };
});
process.stdout.write(JSON.stringify(answers));
