// Reads [lines, words] from the standard input; says each line's pieces, joined again and in words.
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const { inWords, pieces } = await import(pathToFileURL(process.argv[2]));

const [lines, words] = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(lines.map((line) => ({
  joined: pieces(line).map((piece) => piece.text ?? piece.liquid).join(""), said: inWords(line, words),
}))));
