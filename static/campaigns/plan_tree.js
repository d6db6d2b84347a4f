// A campaign's plan as a tree: found by path, changed by copies. Pure: no page, no network.
// A path is what the server calls it, such as "steps[2].branch[0].steps[1]".

const copy = (value) => JSON.parse(JSON.stringify(value));

/** The step's own chains of steps: where each lies in the step, and a key for its label. */
export function parts(step) {
  if (step.branch) {
    return [
      ...step.branch.map((way, n) => ({ at: `branch[${n}].steps`, way, n, label: "if" })),
      { at: "else", label: "else" },
    ];
  }
  if (step.split) return step.split.map((way, n) => ({ at: `split[${n}].steps`, way, n, label: "name" }));
  if (step.wait_for) return [{ at: "came", label: "came" }, { at: "missed", label: "missed" }];
  return [];
}

const keys = (path) => path.split(/[.[\]]+/).filter(Boolean);

/** What lies at a path; undefined where nothing does. */
export const at = (plan, path) => keys(path).reduce((value, key) => value?.[key], plan);

/** Every step in reading order with its path, depth, and the chain and way that it lies in. */
export function walk(plan, chain = "steps", depth = 0, way = null) {
  return (at(plan, chain) || []).flatMap((step, n) => {
    const path = `${chain}[${n}]`;
    const inner = parts(step).flatMap((part) => walk(plan, `${path}.${part.at}`, depth + 1, { ...part, path }));
    return [{ path, step, depth, chain, n, way }, ...inner];
  });
}

const split = (path) => {
  const [, chain, n] = path.match(/^(.*)\[(\d+)\]$/);
  return [chain, Number(n)];
};

/** The chain at a path in a copy of the plan; a part that is not there yet is made. */
function chainIn(plan, chain) {
  const steps = at(plan, chain);
  if (steps) return steps;
  const path = keys(chain);
  const owner = at(plan, path.slice(0, -1).join("."));
  owner[path.at(-1)] = [];
  return owner[path.at(-1)];
}

/** The plan with a step put at a place of a chain. */
export function insert(plan, chain, n, step) {
  const next = copy(plan);
  chainIn(next, chain).splice(n, 0, copy(step));
  return next;
}

/** The plan without the step at a path; an optional part that was only there for it goes too. */
export function remove(plan, path) {
  const next = copy(plan);
  const [chain, n] = split(path);
  const steps = at(next, chain);
  steps.splice(n, 1);
  const place = keys(chain);
  if (!steps.length && ["else", "came", "missed"].includes(place.at(-1))) {
    delete at(next, place.slice(0, -1).join("."))[place.at(-1)];
  }
  return next;
}

/** The plan with another step at a path. */
export function replace(plan, path, step) {
  const next = copy(plan);
  const [chain, n] = split(path);
  at(next, chain)[n] = copy(step);
  return next;
}

/** The plan with the step one place up (-1) or down (1) in its chain, and where it is then. */
export function move(plan, path, by) {
  const [chain, n] = split(path);
  const steps = at(plan, chain);
  if (n + by < 0 || n + by >= steps.length) return [plan, path];
  const next = copy(plan);
  const [step] = at(next, chain).splice(n, 1);
  at(next, chain).splice(n + by, 0, step);
  return [next, `${chain}[${n + by}]`];
}

/** Nodes and arrows with places, top down: the steps of a chain below each other, ways side by side. */
export function drawn(plan, { width = 190, height = 96 } = {}) {
  const nodes = [], edges = [];
  const wide = (steps) => Math.max(1, ...(steps || []).map((step) =>
    parts(step).reduce((sum, part) => sum + wide(inside(step, part)), 0)));
  const inside = (step, part) => at(step, part.at) || [];

  function chain(steps, path, left, top, from) {
    const middle = left + (wide(steps) * width) / 2;
    let ends = from, y = top;
    steps.forEach((step, n) => {
      const id = `${path}[${n}]`;
      nodes.push({ id, x: middle, y, step });
      ends.forEach((end) => edges.push({ ...end, target: id }));
      ends = [{ source: id }];
      y += height;
      const ways = parts(step);
      if (ways.length) {
        let x = middle - (ways.reduce((sum, part) => sum + wide(inside(step, part)), 0) * width) / 2;
        let lowest = y;
        ends = ways.flatMap((part) => {
          const own = inside(step, part);
          const start = [{ source: id, way: `${id}.${part.at}`, part }];
          if (!own.length) { // an empty way is a dot, so that each way is seen
            const dot = `way:${id}.${part.at}`;
            nodes.push({ id: dot, x: x + width / 2, y });
            edges.push({ ...start[0], target: dot });
            x += width;
            lowest = Math.max(lowest, y + height);
            return [{ source: dot }];
          }
          const done = chain(own, `${id}.${part.at}`, x, y, start);
          x += wide(own) * width;
          lowest = Math.max(lowest, done.y);
          return done.ends;
        });
        y = lowest;
      }
      if (step.stop !== undefined) ends = [];
    });
    return { ends, y };
  }

  nodes.push({ id: "entry", x: (wide(plan.steps) * width) / 2, y: 0 });
  const { ends, y } = chain(plan.steps, "steps", 0, height, [{ source: "entry" }]);
  nodes.push({ id: "end", x: (wide(plan.steps) * width) / 2, y });
  ends.forEach((end) => edges.push({ ...end, target: "end" }));
  return { nodes, edges };
}
