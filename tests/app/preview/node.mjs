// node node.mjs ENGINE_FOLDER CALLS DATA: the results go to standard output.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { answer } from "./driver.mjs";

const [engine, calls, data] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${engine}/${name}.mjs`));
const bytes = await readFile(data);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const results = await answer(load, JSON.parse(await readFile(calls, "utf8")), buffer);
process.stdout.write(results, () => process.exit(0)); // the worker's channel would stay open
