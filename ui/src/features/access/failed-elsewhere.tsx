interface Failure {
  what: (name: string) => string;
  todo: (name: string) => string;
}

const UNKNOWN: Failure = {
  what: (name) => `Signing in with ${name} did not work.`,
  todo: () => "Try again. If it stays so, tell whoever runs Tidemill: the log of its server says why.",
};

/** By the word of the server. */
const FAILURES: Record<string, Failure> = {
  provider: {
    what: (name) => `${name} could not be reached, or its answer could not be trusted.`,
    todo: () =>
      "Try again in a minute. If it stays so, tell whoever runs Tidemill: the log of its server says what was wrong.",
  },
  browser: {
    what: (name) => `This browser came back from ${name} without having begun to sign in here.`,
    todo: () =>
      "Begin again from this page, and stay in one browser. It must keep cookies for as long as that takes.",
  },
  late: {
    what: (name) => `Signing in with ${name} took longer than ten minutes, or was finished before.`,
    todo: () => "Begin again.",
  },
  declined: {
    what: (name) => `${name} did not let you in.`,
    todo: (name) => `If you did not decline yourself, ask whoever runs ${name} for access to Tidemill.`,
  },
  role: {
    what: (name) => `${name} knows you, but no group of yours there stands for a role in Tidemill.`,
    todo: (name) =>
      `Ask an admin of Tidemill which group it takes, and whoever runs ${name} to put you into it. Then sign in again.`,
  },
  disabled: {
    what: () => "Your account in Tidemill is disabled.",
    todo: () => "An admin can enable it again, under Settings, Users.",
  },
  login: {
    what: (name) => `${name} knows you, but your name there belongs to another account in Tidemill.`,
    todo: () => "Ask an admin of Tidemill to rename or remove that account, under Settings, Users.",
  },
};

/** What happened when somebody went to sign in elsewhere, and what to do about it. */
export function FailedElsewhere({ why, name }: { why: string; name: string }) {
  const { what, todo } = Object.hasOwn(FAILURES, why) ? (FAILURES[why] ?? UNKNOWN) : UNKNOWN;
  return (
    <div role="alert" className="rounded border border-danger bg-danger-soft px-4 py-3">
      <p className="font-medium">You are not signed in. {what(name)}</p>
      <p className="mt-1">{todo(name)}</p>
    </div>
  );
}
