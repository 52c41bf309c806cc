// Talks to the viewer in the frame or second window. Its globals are undocumented: each is looked for, and without them we degrade.
import {word} from "./words.js";

/** The viewer's services when it can be talked to, else null. */
function services(view) {
  try {
    return view?.services?.measurementService && view.commandsManager?.runCommand ? view.services : null;
  } catch {
    return null; // a window of another origin, or one that is closing
  }
}

/** Whether an image is on the screen and the viewer can be talked to. */
export function isReady(view) {
  return Boolean(services(view) && view.extensionManager && view.document.querySelector("canvas.cornerstone-canvas"));
}

/** The measurements that are drawn, as text with the place that each belongs to. */
export function measurements(view) {
  const found = services(view)?.measurementService.getMeasurements?.() ?? [];
  return found.map((each) => ({
    uid: each.uid,
    text: says(view, each),
    study: each.referenceStudyUID,
    series: each.referenceSeriesUID,
    image: each.SOPInstanceUID,
    frame: each.frameNumber ?? 1,
  })).filter((each) => each.text);
}

/** Show the image on which a measurement was drawn. */
export function jump(view, uid) {
  if (services(view)) view.commandsManager.runCommand("jumpToMeasurement", {uid});
}

function says(view, measurement) {
  const value = Object.values(measurement.data ?? {})[0] ?? {};
  const numbers = valueText(measurement.toolName, value) || shown(measurement);
  if (!numbers) return "";
  const name = measurement.label || toolName(measurement.toolName);
  const place = placeOf(view, measurement);
  return `${name}: ${numbers}${place ? ` (${place})` : ""}`;
}

function valueText(tool, value) {
  const unit = value.unit ?? "mm";
  if (tool === "Bidirectional" && value.length) return `${rounded(value.length)} x ${rounded(value.width)} ${unit}`;
  if (Number.isFinite(value.length)) return `${rounded(value.length)} ${unit}`;
  if (Number.isFinite(value.area)) {
    const mean = Number.isFinite(value.mean) ? `, ${word("tool-mean", {mean: `${rounded(value.mean)} ${value.modalityUnit ?? ""}`.trim()})}` : "";
    return `${rounded(value.area)} ${value.areaUnit ?? "mm²"}${mean}`;
  }
  return Number.isFinite(value.angle) ? `${rounded(value.angle)}°` : "";
}

const rounded = (number) => String(Math.round(number * 10) / 10);
const shown = (measurement) => [].concat(measurement.displayText?.primary ?? []).join(", ");

function toolName(tool) {
  const name = {Length: "tool-length", Bidirectional: "tool-bidirectional", EllipticalROI: "tool-area", RectangleROI: "tool-area",
    CircleROI: "tool-area", PlanarFreehandROI: "tool-area", Angle: "tool-angle", CobbAngle: "tool-angle"}[tool];
  return name ? word(name) : tool;
}

function placeOf(view, measurement) {
  const text = [].concat(measurement.displayText?.secondary ?? []).join(" ");
  const found = /S:\s*(\d+).*?I:\s*(\d+)/.exec(text);
  if (found) return word("measure-at", {series: found[1], image: found[2]});
  const sets = services(view)?.displaySetService?.getActiveDisplaySets?.() ?? [];
  const series = sets.find((set) => set.SeriesInstanceUID === measurement.referenceSeriesUID);
  const at = series?.instances?.find((one) => one.SOPInstanceUID === measurement.SOPInstanceUID);
  return at ? word("measure-at", {series: series.SeriesNumber, image: at.InstanceNumber}) : "";
}
