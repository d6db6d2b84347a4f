// Shows deliveries as they arrive.
const panel = document.querySelector("[data-arrivals]");
const list = panel.querySelector("[data-list]");

async function look() {
  const answer = await fetch(panel.dataset.arrivals);
  if (!answer.ok) return;
  const { arrivals, figures = {} } = await answer.json();
  panel.querySelector("[data-waiting]").hidden = arrivals.length > 0;
  panel.querySelector("[data-done]").hidden = arrivals.length === 0;
  for (const [name, text] of Object.entries(figures)) panel.querySelector(`[data-figure=${name}]`).textContent = text;
  list.replaceChildren(...arrivals.map((arrival) => {
    const row = document.createElement("li");
    const topic = document.createElement("b");
    topic.textContent = arrival.topic;
    row.append(topic, `${arrival.status} ${arrival.reason}`.trim());
    return row;
  }));
}

look();
setInterval(look, 1500);
