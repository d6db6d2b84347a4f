// Reads MJML from the standard input; says what the bridge to the canvas makes of each.
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const { toCanvas, fromCanvas } = await import(pathToFileURL(process.argv[2]));

const answers = JSON.parse(readFileSync(0, "utf8")).map((source) => {
  const given = toCanvas(source);
  if (!given) return null;
  const back = fromCanvas(given.mjml, given);
  const again = toCanvas(back);
  return { canvas: given.mjml, back, again: fromCanvas(again.mjml, again) };
});
process.stdout.write(JSON.stringify(answers));
