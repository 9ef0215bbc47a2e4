// A person with a browser. What the browser complains about fails the test: content policy, errors, faults.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { test as base, expect, inject } from "vitest";
import { PASSWORD, type RoleName } from "./people.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Answer {
  status: number;
  body: unknown;
}

interface Look {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
}

export class Visitor {
  readonly faults: string[] = [];
  readonly url = inject("world").url;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async arrive(browser: Browser, { theme = "light", width = 1440, height = 900 }: Look = {}) {
    const context = await browser.newContext({
      viewport: { width, height },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      colorScheme: theme,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const visitor = new Visitor(context, page);
    await page.exposeFunction("reportViolation", (what: string) => visitor.faults.push(what));
    await page.addInitScript(() => {
      document.addEventListener(
        "securitypolicyviolation",
        ({ violatedDirective, blockedURI, sourceFile }) => {
          const report: unknown = Reflect.get(window, "reportViolation");
          if (typeof report === "function")
            report(`content policy: ${violatedDirective} ${blockedURI} ${sourceFile}`);
        },
      );
    });
    page.on("console", (message) => {
      if (message.type() === "error")
        visitor.faults.push(`console: ${message.text()} (${message.location().url} on ${page.url()})`);
    });
    page.on("pageerror", (error) => visitor.faults.push(`error: ${error.stack ?? error.message}`));
    return visitor;
  }

  /** Signs in as the form does, without the form. */
  async signIn(login: string, password = PASSWORD): Promise<void> {
    const { status, body } = await this.api("POST", "/session", { login, password });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  }

  /** Asks the server with the cookie of this browser, as the pages do. */
  async api(method: string, path: string, data?: unknown): Promise<Answer> {
    const answer = await this.context.request.fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { "X-Tidemill": "1", Origin: this.url, "Idempotency-Key": crypto.randomUUID() },
      ...(data !== undefined && { data }),
    });
    const text = await answer.text();
    return { status: answer.status(), body: text === "" ? null : JSON.parse(text) };
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.url + path);
    await this.settled();
  }

  /** Waits until the page has a heading and nothing in it is still on its way. */
  async settled(): Promise<void> {
    await this.page.locator("h1").first().waitFor();
    await this.page.waitForFunction(() => !document.querySelector("[role=status][aria-label^=Loading]"));
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole("link", { name });
  }

  text(words: string | RegExp): Locator {
    return this.page.getByText(words);
  }

  region(name: string | RegExp): Locator {
    return this.page.getByRole("region", { name });
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

type Arrive = (look?: Look) => Promise<Visitor>;
type As = (role: RoleName, look?: Look) => Promise<Visitor>;

interface Fixtures {
  $file: { browser: Browser };
  /** `arrive` opens a browser for somebody who has not signed in; `as` signs in as somebody of a role. */
  $test: { arrive: Arrive; as: As };
}

export const test = base.extend<Fixtures>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what is needed
    async ({}, use) => {
      if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}; CHROMIUM may name another`);
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  arrive: async ({ browser }, use) => {
    const visitors: Visitor[] = [];
    await use(async (look) => {
      const visitor = await Visitor.arrive(browser, look);
      visitors.push(visitor);
      return visitor;
    });
    const faults = visitors.flatMap((visitor) => visitor.faults);
    for (const visitor of visitors) await visitor.leave();
    expect(faults).toEqual([]);
  },
  as: async ({ arrive }: { arrive: Arrive }, use: (as: As) => Promise<void>) => {
    await use(async (role, look) => {
      const visitor = await arrive(look);
      await visitor.signIn(role);
      return visitor;
    });
  },
});

export { expect };
