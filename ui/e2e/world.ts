// A whole Tidemill on its own: the real binary, an empty database, a generated feed that lands in a folder.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface World {
  url: string;
  /** Signs in the person at this machine, once. */
  link: string;
  /** Where the files of the sources lie. */
  landing: string;
  /** Where everything of this world lies. */
  home: string;
}

export interface RunningWorld extends World {
  /** Runs a command of the program against the same database, and gives what it prints. */
  command: (args: string[], input?: string) => string;
  stop: () => Promise<void>;
}

const READY = "everything that can be made is up to date";
const MADE_WITHIN = 150_000;

export async function startWorld(): Promise<RunningWorld> {
  const binary = needed("TIDEMILL_BINARY", "the program to test: `make e2e` builds it and says where it is");
  const database = needed("DATABASE_URL", "an empty Postgres: `.ci/with-postgres` starts one");
  const home = await mkdtemp(join(tmpdir(), "tidemill-e2e."));
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: database,
    TIDEMILL_HOME: home,
    // Empty: the example project generates its feed.
    TIDEMILL_DATA: "",
    TZ: "UTC",
  };
  const child = spawn(binary, ["up", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    await end(child);
    await rm(home, { recursive: true, force: true });
  };
  try {
    const link = await ready(child);
    const { origin } = new URL(link);
    return {
      url: origin,
      link,
      landing: join(home, "landing"),
      home,
      command: (args, input) => execFileSync(binary, args, { env, input, encoding: "utf8", stdio: "pipe" }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads what it prints until everything is made; the link that signs in is among it. */
function ready(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}; it said:\n${said.slice(-40).join("\n")}`));
    const late = setTimeout(() => fail(`not up to date within ${MADE_WITHIN / 1000} s`), MADE_WITHIN);
    let link: string | undefined;
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        link ??= /^\s*(https?:\/\/\S+\/sign-in\?link=\S+)$/.exec(line)?.[1];
        if (line !== READY) return;
        clearTimeout(late);
        if (link) resolve(link);
        else fail("it printed no link to sign in with");
      });
    }
    child.on("error", (error) => fail(`it could not be started: ${error.message}`));
    child.on("exit", (code, signal) => {
      clearTimeout(late);
      fail(`it ended by itself with ${signal ?? code}`);
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    const hard = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function needed(name: string, what: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; it names ${what}`);
  return value;
}
