// What Pulumi asks of a resource, in runs of mesh. An update is made in place.
import { dynamic } from "@pulumi/pulumi";

import { lastLine, Message, parseResult, ResultDocument, runProgram, sentences } from "./program";

export interface MeshInputs {
  /** The text of a mesh file. */
  definition: string;
  program: string;
  skipUnreachable: boolean;
}

export interface MeshOutputs extends MeshInputs {
  mesh: string;
  addresses: Record<string, string>;
}

interface Conf {
  name: string;
  nodes: Record<string, { addr: string | string[] }> | { name: string; addr: string | string[] }[];
}

// Stands in a preview for what is not known yet.
const kUnknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const kDone = 0;
const kNodesSkipped = 3;
const kUnknownState = 6;
const kNotForwarding = 7;
const kBadMeshFile = 65;

/** The mesh file with every default; contacts nobody. */
async function readConf(inputs: MeshInputs): Promise<Conf> {
  const outcome = await runProgram(inputs.program, ["-J", "conf"], inputs.definition);
  if (outcome.code !== kDone) {
    throw new Error(lastLine(outcome));
  }
  return JSON.parse(outcome.out) as Conf;
}

async function outputsOf(inputs: MeshInputs): Promise<MeshOutputs> {
  const conf = await readConf(inputs);
  const addresses: Record<string, string> = {};
  const nodes = Array.isArray(conf.nodes)
    ? conf.nodes
    : Object.entries(conf.nodes).map(([name, node]) => ({ name, ...node }));
  for (const node of nodes) {
    const first = Array.isArray(node.addr) ? node.addr[0] : node.addr;
    addresses[node.name] = first.split("/")[0];
  }
  const { definition, program, skipUnreachable } = inputs;
  return { definition, program, skipUnreachable, mesh: conf.name, addresses };
}

async function change(inputs: MeshInputs, words: string[]): Promise<ResultDocument> {
  const options = inputs.skipUnreachable ? ["--skip-unreachable"] : [];
  return parseResult(await runProgram(inputs.program, ["-J", "--progress", "quiet", ...words, ...options], inputs.definition));
}

function isDone(inputs: MeshInputs, document: ResultDocument): boolean {
  return document.exit_code === kDone || (document.exit_code === kNodesSkipped && inputs.skipUnreachable);
}

export class MeshProvider implements dynamic.ResourceProvider<MeshInputs, MeshOutputs> {
  /** Each fault of the mesh file is a failure of its key. No node is contacted. */
  async check(_olds: MeshInputs, news: MeshInputs): Promise<dynamic.CheckResult<MeshInputs>> {
    if (news.definition === kUnknown || news.program === kUnknown) {
      return { inputs: news };
    }
    const outcome = await runProgram(news.program, ["--progress", "json", "conf"], news.definition);
    const failures: dynamic.CheckFailure[] = [];
    for (const line of outcome.err.split("\n").filter((text) => text.startsWith("{"))) {
      const event = JSON.parse(line) as Message & { event: string };
      if (event.event === "fault" || event.event === "error") {
        failures.push({ property: event.path ? `definition.${event.path}` : "definition", reason: event.message });
      }
    }
    if (outcome.code !== kDone && failures.length === 0) {
      failures.push({ property: outcome.code === kBadMeshFile ? "definition" : "program", reason: lastLine(outcome) });
    }
    return { inputs: news, failures };
  }

  /** What `mesh plan` finds, drift too. Only another name makes another mesh. */
  async diff(_id: string, olds: MeshOutputs, news: MeshInputs): Promise<dynamic.DiffResult> {
    if (news.definition === kUnknown || news.program === kUnknown) {
      return { changes: true };
    }
    const conf = await readConf(news);
    if (conf.name !== olds.mesh) {
      return { changes: true, replaces: ["definition"], deleteBeforeReplace: true };
    }
    const isEdited =
      news.definition !== olds.definition ||
      news.program !== olds.program ||
      news.skipUnreachable !== olds.skipUnreachable;
    const document = await change(news, ["up", "--dry-run"]);
    if (!isDone(news, document)) {
      throw new Error(sentences(document).join("\n"));
    }
    return { changes: isEdited || document.changes === true };
  }

  async create(inputs: MeshInputs): Promise<dynamic.CreateResult<MeshOutputs>> {
    const outs = await outputsOf(inputs);
    const document = await change(inputs, ["up"]);
    if (!isDone(inputs, document)) {
      throw this.failure(document, outs);
    }
    return { id: outs.mesh, outs };
  }

  async read(id: string, props?: MeshOutputs): Promise<dynamic.ReadResult<MeshOutputs>> {
    if (!props?.definition) {
      throw new Error("a mesh cannot be imported: write its definition, and `pulumi up` takes it over as it is");
    }
    const outcome = await runProgram(props.program, ["-J", "info"], props.definition);
    let seen: { config_exists?: number; nodes?: Record<string, { unreachable?: string }> };
    try {
      seen = JSON.parse(outcome.out);
    } catch {
      throw new Error(lastLine(outcome));
    }
    const isAnyUnknown = Object.values(seen.nodes ?? {}).some((node) => node.unreachable !== undefined);
    // No ID: the mesh is gone.
    return seen.config_exists === 0 && !isAnyUnknown ? { id: "" } : { id, props };
  }

  async update(_id: string, _olds: MeshOutputs, news: MeshInputs): Promise<dynamic.UpdateResult<MeshOutputs>> {
    const outs = await outputsOf(news);
    const document = await change(news, ["up"]);
    if (!isDone(news, document)) {
      throw this.failure(document, outs);
    }
    return { outs };
  }

  async delete(_id: string, props: MeshOutputs): Promise<void> {
    const document = await change(props, ["down", "-r"]);
    if (!isDone(props, document)) {
      throw new Error(sentences(document).join("\n"));
    }
  }

  /** A mesh that stands, but not well, is there all the same: Pulumi keeps an error with an ID as a resource to mend. */
  private failure(document: ResultDocument, outs: MeshOutputs): Error {
    const reasons = sentences(document);
    const stands = [kUnknownState, kNotForwarding].includes(document.exit_code);
    const more = stands ? { id: outs.mesh, properties: outs, reasons } : {};
    return Object.assign(new Error(reasons.join("\n")), more);
  }
}
