// The drawing of a plan. It mirrors the outline beside it, which has every keyboard command.
import { drawn } from "./plan_tree.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style() {
  const [ink, soft, line, card, accent] = ["--wm-ink", "--wm-soft", "--wm-line", "--wm-card", "--wm-accent"].map(colour);
  const font = getComputedStyle(document.body).fontFamily;
  return [
    { selector: "node", style: { shape: "round-rectangle", width: 160, height: 52, label: "data(words)", "text-wrap": "wrap", "text-max-width": 148, "text-valign": "center", "font-size": 12, "font-family": font, color: ink, "background-color": card, "border-width": 1, "border-color": line } },
    { selector: "node[kind = 'send']", style: { "border-color": accent, "border-width": 2 } },
    { selector: "node[kind = 'branch'], node[kind = 'split'], node[kind = 'wait_for']", style: { shape: "round-hexagon", width: 170 } },
    { selector: "node[kind = 'entry'], node[kind = 'end']", style: { shape: "round-rectangle", "background-color": line, "border-width": 0 } },
    { selector: "node[?fault]", style: { "border-color": colour("--wm-bad"), "border-width": 3 } },
    { selector: "node[kind = 'dot']", style: { shape: "ellipse", width: 12, height: 12, "background-color": soft, label: "" } },
    { selector: "node.chosen", style: { "background-color": accent, color: card, "border-color": accent } },
    { selector: "edge", style: { width: 1.5, "line-color": soft, "target-arrow-color": soft, "target-arrow-shape": "triangle", "arrow-scale": .8, "curve-style": "round-taxi", "taxi-direction": "downward", label: "data(words)", "font-size": 11, "font-family": font, color: soft, "text-background-color": card, "text-background-opacity": 1, "text-background-padding": 2, "source-text-offset": 24, "text-wrap": "ellipsis", "text-max-width": 120 } },
  ];
}

/** A drawing in an element; null where the server has no library to draw with. */
export async function canvas(element, choose) {
  if (!element) return null;
  const { default: cytoscape } = await import(element.dataset.library);
  const graph = cytoscape({ container: element, style: style(), userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true, minZoom: .35, maxZoom: 1.1 });
  graph.on("tap", "node", (event) => choose(event.target.id()));
  addEventListener("resize", () => fit());
  const fit = () => { graph.resize(); graph.fit(undefined, 24); };
  let count = -1;
  return (plan, words, chosen, fault) => {
    const { nodes, edges } = drawn(plan);
    graph.elements().remove();
    graph.add([
      ...nodes.map(({ id, x, y, step }) => ({ group: "nodes", position: { x, y }, data: { id, words: words.of(id, step), kind: words.kind(id, step), fault: fault === id ? 1 : 0 }, classes: id === chosen ? "chosen" : "" })),
      ...edges.map(({ source, target, way, part }, n) => ({ group: "edges", data: { id: `e${n}`, source, target, words: way ? words.way(part) : "" } })),
    ]);
    element.style.height = `${Math.max(240, Math.min(440, 60 + Math.max(...nodes.map((node) => node.y)) * .8))}px`;
    if (count !== nodes.length) { fit(); count = nodes.length; }
  };
}
