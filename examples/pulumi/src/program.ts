// Runs mesh, and reads what it prints. Knows nothing of Pulumi.
import { spawn } from "child_process";

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** A message of the result document, or a fault of the mesh file. */
export interface Message {
  message: string;
  id?: string;
  node?: string;
  step?: string;
  cure?: string;
  path?: string;
}

/** What the result document has of all that docs/json.md lists. */
export interface ResultDocument {
  exit_code: number;
  result: string;
  changes?: boolean;
  skipped?: string[];
  errors: Message[];
  warnings: Message[];
}

/** The program gets the mesh file on its standard input. Rejects if it cannot be started. */
export function runProgram(program: string, words: string[], meshFile: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["-f", "-", ...words], { stdio: ["pipe", "pipe", "pipe"] });
    const outcome: Outcome = { code: -1, out: "", err: "" };
    child.stdout.on("data", (octets: Buffer) => (outcome.out += octets.toString()));
    child.stderr.on("data", (octets: Buffer) => (outcome.err += octets.toString()));
    child.on("error", (error: Error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on("close", (code: number | null) => {
      outcome.code = code ?? -1;
      resolve(outcome);
    });
    // A program that ends before it has read everything is no fault here: its exit code says more.
    child.stdin.on("error", () => undefined);
    child.stdin.end(meshFile);
  });
}

/** The last line of standard error stands for a program that printed no document. */
export function lastLine(outcome: Outcome): string {
  return outcome.err.trim().split("\n").pop() || `exit code ${outcome.code}`;
}

export function parseResult(outcome: Outcome): ResultDocument {
  try {
    return JSON.parse(outcome.out) as ResultDocument;
  } catch {
    throw new Error(`mesh printed no result: ${lastLine(outcome)}`);
  }
}

/** The node, the step and the other party's own words; then what to do. */
export function sentence(message: Message): string {
  const text = [message.node, message.path, message.step, message.message].filter((part) => part).join(": ");
  return message.cure ? `${text} (${message.cure})` : text;
}

export function sentences(document: ResultDocument): string[] {
  const told = document.errors.length > 0 ? document.errors : document.warnings;
  return told.length > 0 ? told.map(sentence) : [`mesh ended with exit code ${document.exit_code}`];
}
