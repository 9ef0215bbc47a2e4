// Starts the one world of all journeys, with somebody for each role in it.
import type { TestProject } from "vitest/node";
import { PASSWORD, ROLES } from "./people.ts";
import { startWorld, type World } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    world: World;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, link, landing, home, command, stop } = await startWorld();
  try {
    for (const role of ROLES) {
      command(["user", "add", role, "--role", role, "--name", `Test ${role}`, "--password-stdin"], PASSWORD);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide("world", { url, link, landing, home });
  return stop;
}
