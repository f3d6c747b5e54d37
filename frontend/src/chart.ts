/**
 * One line or bar chart. `data-chart` names the `<script type="application/json">` that holds
 * `{"kind": "line"|"bar", "names": [...], "series": [{"name", "values"}], "unit": "%"}`; beside these may stand
 * `"bands": [{"grade", "low", "high"}]`, drawn behind the lines, and `"target": {"name", "value"}`, a dashed line.
 */
import { BarChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

interface Band {
  grade: string;
  low: number | null;
  high: number | null;
}

interface Content {
  kind: "line" | "bar";
  names: string[];
  series: { name: string; values: (number | null)[] }[];
  unit?: string;
  bands?: Band[];
  target?: { name: string; value: number } | null;
}

const TONES: Record<string, string> = { A: "grade-a", B: "grade-b", C: "grade-c", "C#": "grade-cc" };

/** Bands and target belong to the first series. The axis is held by the readings: a band without an end has none. */
function marks({ bands, target }: Content, token: (name: string) => string): object {
  if (!bands?.length && !target) return {};
  return {
    markArea: {
      silent: true,
      label: { position: "insideTopRight", color: token("ink-3"), fontSize: 11 },
      data: (bands ?? []).map(({ grade, low, high }) => [
        { name: grade, yAxis: low ?? "min", itemStyle: { color: token(TONES[grade] ?? "grade-c"), opacity: 0.12 } },
        { yAxis: high ?? "max" },
      ]),
    },
    ...(target
      ? {
          markLine: {
            silent: true,
            symbol: "none",
            lineStyle: { type: "dashed", color: token("ink-3") },
            label: { formatter: target.name, position: "insideStartTop", color: token("ink-2") },
            data: [{ yAxis: target.value }],
          },
        }
      : {}),
  };
}

export function draw(element: HTMLElement): void {
  const source = document.getElementById(element.dataset["chart"] ?? "");
  const content = JSON.parse(source?.textContent ?? "") as Content;
  const token = (name: string) => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
  const whole = content.series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  const chart = init(element, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    color: [token("blue"), token("grade-c"), token("grade-b"), token("ink-3")],
    textStyle: { fontFamily: token("sans"), color: token("ink-2") },
    grid: { left: 44, right: 12, top: content.series.length > 1 ? 32 : 12, bottom: 28 },
    // The HTML tooltip writes style attributes, which the page's policy refuses.
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: token("sheet"), borderColor: token("line-2") },
    ...(content.series.length > 1 ? { legend: { top: 0, right: 0, textStyle: { color: token("ink-2") } } } : {}),
    xAxis: { type: "category", data: content.names, axisLine: { lineStyle: { color: token("line-2") } } },
    yAxis: {
      type: "value",
      scale: content.kind === "line",
      minInterval: whole ? 1 : 0, // there is no half meeting
      axisLabel: { formatter: `{value}${content.unit ?? ""}` },
      splitLine: { lineStyle: { color: token("line") } },
    },
    series: content.series.map(({ name, values }, index) => ({
      ...(index === 0 ? marks(content, token) : {}),
      connectNulls: true,
      name,
      data: values,
      type: content.kind,
      symbolSize: 5,
      lineStyle: { width: 1.5 },
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}
