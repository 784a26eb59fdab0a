export { Mesh, MeshArgs, MeshDefinition, NodeDefinition } from "./mesh";
export { MeshInputs, MeshOutputs, MeshProvider } from "./provider";
