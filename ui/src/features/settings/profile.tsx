import { Facts, Panel } from "@/components/page";
import { Select } from "@/components/select";
import { localZone, type ZoneChoice } from "@/lib/instants";
import { density, singleKeys, THEMES, theme, zoneChoice } from "@/lib/preferences";
import { useSession } from "@/lib/session";
import { useStore } from "@/lib/store";
import { ROLE_ABOUT, scopeWords } from "./access";
import { MySessions } from "./my-sessions";
import { PasswordForm } from "./password-form";

const ZONES: { value: ZoneChoice; label: string }[] = [
  { value: "dataset", label: "Of the dataset" },
  { value: "utc", label: "UTC" },
  { value: "local", label: `Mine (${localZone})` },
];
const THEME_LABEL = { system: "As the system", light: "Light", dark: "Dark" } as const;

/** The person who is signed in, and how the program looks to them. */
export function Profile() {
  const session = useSession();
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="You">
          {session && (
            <Facts
              items={[
                ["Name", session.user.name],
                [
                  "Login",
                  <span key="login" className="font-mono text-sm">
                    {session.user.login}
                  </span>,
                ],
                ["Role", `${session.role}: ${ROLE_ABOUT[session.role]}`],
                ["Scope", scopeWords(session.scope)],
              ]}
            />
          )}
        </Panel>
        <Panel title="Where you are signed in" flush>
          <MySessions />
        </Panel>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="Look and keys">
          <Looks />
        </Panel>
        <Panel title="Password">
          {session && <PasswordForm id={session.user.id} login={session.user.login} />}
        </Panel>
      </div>
    </div>
  );
}

function Looks() {
  const [zone, look, dense, keys] = [
    useStore(zoneChoice),
    useStore(theme),
    useStore(density),
    useStore(singleKeys),
  ];
  return (
    <div className="flex flex-col gap-3">
      <Row name="Times" about="The zone that instants are shown in; the switch at the top changes it, too.">
        <Select label="Times" value={zone} options={ZONES} onChange={(next) => zoneChoice.set(next)} />
      </Row>
      <Row name="Theme">
        <Select
          label="Theme"
          value={look}
          options={THEMES.map((value) => ({ value, label: THEME_LABEL[value] }))}
          onChange={(next) => theme.set(next)}
        />
      </Row>
      <Row name="Tables">
        <Select
          label="Tables"
          value={dense}
          options={[
            { value: "normal", label: "Normal" },
            { value: "compact", label: "Compact" },
          ]}
          onChange={(next) => density.set(next)}
        />
      </Row>
      <Row
        name="Single keys"
        about="Shortcuts of one key, such as j and ?. Those with Ctrl or ⌘ work either way."
      >
        <Select
          label="Single keys"
          value={keys}
          options={[
            { value: "on", label: "On" },
            { value: "off", label: "Off" },
          ]}
          onChange={(next) => singleKeys.set(next)}
        />
      </Row>
      <p className="text-sm text-muted">
        This browser remembers these; another one starts from the defaults.
      </p>
    </div>
  );
}

function Row({ name, about, children }: { name: string; about?: string; children: React.ReactNode }) {
  return (
    <div className="flex items-start justify-between gap-4">
      <div>
        <p className="font-medium">{name}</p>
        {about && <p className="text-sm text-muted">{about}</p>}
      </div>
      {children}
    </div>
  );
}
