"use strict";
// Draws every .wm-chart from the JSON inside it. Without ECharts the table below is opened instead.
(() => {
  const isDark = () => document.documentElement.classList.contains("dark");
  const colours = ["#6366f1", "#14b8a6", "#f59e0b", "#ef4444"];

  const language = document.documentElement.lang || undefined;
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

  // Figures as the reader writes them; the pattern makes them an amount of money: "£%s".
  const said = (format, pattern) => (value) => {
    if (typeof value !== "number") return "–";
    return (value < 0 ? "−" : "") + (pattern || "%s").replace("%s", () => format.format(Math.abs(value)));
  };

  function sankey(chart) {
    return {
      animationDuration: 300,
      tooltip: { trigger: "item" },
      series: [{
        type: "sankey",
        left: 8, right: 150, top: 8, bottom: 8,
        data: chart.nodes.map((node) => ({ name: node.name, itemStyle: { color: node.colour } })),
        links: chart.links,
        lineStyle: { color: "source", opacity: 0.35 },
        label: {
          color: isDark() ? "#f3f4f6" : "#111827",
          formatter: (part) => chart.nodes.find((node) => node.name === part.name).label,
        },
        tooltip: {
          formatter: (part) => part.dataType === "edge" ? `${chart.labels[part.dataIndex]}: ${whole.format(part.value)}` : "",
        },
      }],
    };
  }

  // Bars that lie: for names that would not fit below bars that stand. The first is on top.
  function lying(chart, axis) {
    return {
      xAxis: axis,
      yAxis: { type: "category", inverse: true, data: chart.labels, axisTick: { show: false },
        axisLabel: { color: axis.axisLabel.color, width: 190, overflow: "break" } },
      series: chart.series.map((series) => (
        { name: series.name, type: "bar", barMaxWidth: 22, data: series.values, itemStyle: { borderRadius: [0, 5, 5, 0] } })),
    };
  }

  function option(chart) {
    if (chart.kind === "sankey") return sankey(chart);
    const soft = isDark() ? "#9ca3af" : "#6b7280";
    const line = isDark() ? "#374151" : "#e5e7eb";
    const axisOf = (side) => ({
      axisLabel: { color: soft, formatter: said(short, chart.series.find((series) => (series.axis || 0) === side)?.pattern) },
      splitLine: { show: !side, lineStyle: { color: line } },
    });
    const axis = axisOf(0);
    const hasSecond = chart.series.some((series) => series.axis === 1);
    return {
      color: colours,
      animationDuration: 300,
      grid: { left: 8, right: 8, top: chart.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis" },
      legend: { show: chart.series.length > 1, type: "scroll", top: 0, textStyle: { color: soft } },
      xAxis: { type: "category", data: chart.labels, axisLabel: { color: soft, hideOverlap: true } },
      yAxis: hasSecond ? [axis, axisOf(1)] : [axis],
      series: chart.series.map((series) => ({
        name: series.name,
        type: chart.kind,
        yAxisIndex: series.axis || 0,
        tooltip: { valueFormatter: said(whole, series.pattern) },
        showSymbol: false,
        smooth: 0.2,
        lineStyle: series.dashed ? { type: "dashed", width: 1 } : undefined,
        areaStyle: chart.kind === "line" && !series.axis && !series.dashed ? { opacity: 0.12 } : undefined,
        barMaxWidth: 48,
        data: series.values.map((value, index) =>
          chart.colours ? { value, itemStyle: { color: chart.colours[index], borderRadius: [5, 5, 0, 0] } } : value),
      })),
      ...(chart.kind === "across" ? lying(chart, axis) : {}),
    };
  }

  function draw(element) {
    const chart = JSON.parse(element.querySelector("script[type='application/json']").textContent);
    const details = element.nextElementSibling;
    if (typeof echarts === "undefined") {
      element.hidden = true;
      if (details) details.open = true;
      return;
    }
    const drawn = echarts.init(element, null, { renderer: "svg" });
    drawn.setOption(option(chart));
    new ResizeObserver(() => drawn.resize()).observe(element);
    new MutationObserver(() => drawn.setOption(option(chart)))
      .observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  }

  const drawAll = (part) => part.querySelectorAll(".wm-chart").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("part:shown", (event) => drawAll(event.target)); // replay.js
})();
