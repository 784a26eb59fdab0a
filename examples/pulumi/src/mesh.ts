// The resource that a Pulumi program makes.
import * as pulumi from "@pulumi/pulumi";

import { MeshProvider } from "./provider";

/** A node of a mesh file. mesh.yaml(5) has all keys. */
export interface NodeDefinition {
  addr: pulumi.Input<string | string[]>;
  ssh?: pulumi.Input<string | Record<string, unknown>>;
  exec?: pulumi.Input<string>;
  endpoint?: pulumi.Input<string | { host: string; port?: number }>;
  [key: string]: unknown;
}

/** What a mesh file says. The order of the nodes decides who becomes the root of the spanning tree. */
export interface MeshDefinition {
  name: string;
  network: string;
  nodes: Record<string, NodeDefinition> | (NodeDefinition & { name: pulumi.Input<string> })[];
  [key: string]: unknown;
}

export interface MeshArgs {
  /** The mesh, as data or as the text of a mesh file. */
  definition: pulumi.Input<string> | MeshDefinition;
  /** The program mesh, by its path or as it is found on PATH. */
  program?: pulumi.Input<string>;
  /** Go on without nodes that cannot be reached, in an update and in a delete. */
  skipUnreachable?: pulumi.Input<boolean>;
}

/** One encrypted Ethernet segment over all nodes. */
export class Mesh extends pulumi.dynamic.Resource {
  /** The name of the mesh. */
  declare public readonly mesh: pulumi.Output<string>;
  /** By node: its first address on the segment, without the prefix length. */
  declare public readonly addresses: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: MeshArgs, opts?: pulumi.CustomResourceOptions) {
    // As text the definition keeps its order; an object that travels to the engine and back does not.
    const whole: pulumi.Output<unknown> = pulumi.output(args.definition as pulumi.Input<string>);
    const definition = whole.apply((value) => (typeof value === "string" ? value : JSON.stringify(value)));
    const props = {
      definition,
      program: args.program ?? "mesh",
      skipUnreachable: args.skipUnreachable ?? false,
      mesh: undefined,
      addresses: undefined,
    };
    super(new MeshProvider(), name, props, opts, "wgmesh", "Mesh");
  }
}
