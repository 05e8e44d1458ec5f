// Holds HTTP Archives against the published JSON schema: har.cjs FOLDER FILE..., FOLDER with har-validator in it.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [folder, ...files] = process.argv.slice(2);
const validator = require(path.join(folder, "node_modules/har-validator"));
Promise.all(files.map(async file => {
  const archive = JSON.parse(fs.readFileSync(file, "utf8"));
  await validator.har(archive);
  return archive.log.entries.length;
})).then(
  counts => console.log(counts.join(" ")),
  problem => { console.error(JSON.stringify(problem.errors || String(problem)).slice(0, 600)); process.exit(1); },
);
