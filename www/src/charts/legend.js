// @ts-check
/** The key to the colour scale. */

import { select } from "d3-selection";
import { brief, exact } from "../format.js";
import { position } from "./scale.js";

/** @import { Scale } from "./scale.js" */

const WIDTH = 180;
const TICKS = [0, 0.1, 0.25, 0.5, 1];

/** @param {HTMLElement} root says in `data-legend` what the scale stands for @param {Scale} scale */
export function drawLegend(root, scale) {
  const steps = Array.from({ length: WIDTH / 2 }, (_, step) => (step / (WIDTH / 2 - 1)) ** 2);
  const name = root.dataset.legend ?? "";
  const svg = select(root)
    .selectAll("svg")
    .data([name])
    .join((enter) => enter.append("svg").attr("role", "img"))
    .attr("width", WIDTH + 140)
    .attr("height", 30)
    .attr("aria-label", `Colour scale for ${name}, from 0 to 1`);
  svg.selectAll("rect").data(steps).join("rect")
    .attr("x", (_, step) => 2 * step).attr("width", 2.5).attr("height", 9).attr("fill", (value) => scale.colour(value));
  svg.selectAll(".tick").data(TICKS).join((enter) => enter.append("text").attr("class", "tick"))
    .text(String).attr("x", (value) => position(value) * WIDTH).attr("y", 24)
    .attr("text-anchor", (value) => (value === 0 ? "start" : value === 1 ? "end" : "middle"));
  svg.selectAll(".of").data([name]).join((enter) => enter.append("text").attr("class", "of"))
    .text(name).attr("x", WIDTH + 12).attr("y", 9);
}

/** Attentions in the key to the dots, as parts of the largest. */
const DOTS = [0.05, 0.25, 1];

/**
 * The key to the dots.
 * @param {HTMLElement} root
 * @param {number} largest attention, which has the largest dot
 */
export function drawDots(root, largest) {
  const svg = select(root)
    .selectAll("svg")
    .data([largest])
    .join("svg")
    .attr("role", "img")
    .attr("width", 270)
    .attr("height", 22)
    .attr("aria-label", `Dot sizes for attention, up to ${brief(largest)}`);
  svg.selectAll("circle").data(DOTS).join("circle")
    .attr("cx", (_, place) => 8 + 62 * place).attr("cy", 10).attr("r", (part) => 8 * Math.sqrt(part));
  svg.selectAll("text").data([...DOTS.map((part) => exact(part * largest)), "attention"]).join("text")
    .text(String).attr("x", (_, place) => 22 + 62 * place).attr("y", 14);
}
