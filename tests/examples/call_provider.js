// call_provider.js PACKAGE serialized|direct METHOD [JSON…] - calls a method of the package's provider, and prints what it
// returns as JSON. `serialized`: the provider makes the way that Pulumi's engine sends it, as the text of a program. An error
// prints {"error": …, "id": …} and exits with 1.
// call_provider.js PACKAGE resource DEFINITION - makes a Mesh in a program without an engine, and prints its inputs.
"use strict";
const { createRequire } = require("module");

const [folder, way, method, ...words] = process.argv.slice(2);
const load = createRequire(`${folder}/package.json`);
const pulumi = load("@pulumi/pulumi");
const { Mesh, MeshProvider } = load(folder);

async function provider() {
  const here = new MeshProvider();
  if (way === "direct") return here;
  const sent = await pulumi.runtime.serializeFunction(() => here);
  const exports = {};
  new Function("exports", "require", "__filename", "__dirname", sent.text)(exports, load, folder, folder);
  return exports.handler();
}

async function resource() {
  let inputs;
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      inputs = args.inputs;
      return { id: args.name, state: args.inputs };
    },
    call: () => ({}),
  });
  const mesh = new Mesh("test", { definition: JSON.parse(method) });
  await new Promise((done) => mesh.urn.apply(done));
  const { __provider, ...others } = inputs;
  return { provider: typeof __provider, ...others };
}

async function main() {
  try {
    const result = way === "resource" ? await resource() : await (await provider())[method](...words.map((word) => JSON.parse(word)));
    console.log(JSON.stringify(result ?? null));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message, id: error.id, reasons: error.reasons }));
    process.exitCode = 1;
  }
}
main();
