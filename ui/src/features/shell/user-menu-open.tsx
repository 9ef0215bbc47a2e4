import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { DropdownMenu as Radix } from "radix-ui";
import { api, unwrap } from "@/lib/api";
import { ZONE_CHOICES } from "@/lib/instants";
import { nextOf, THEMES, theme, zoneChoice } from "@/lib/preferences";
import { useSession } from "@/lib/session";
import { useStore } from "@/lib/store";
import { toast } from "@/lib/toasts";
import { UserButton } from "./user-button";

const ITEM =
  "flex h-8 cursor-default select-none items-center rounded px-2 outline-none data-[highlighted]:bg-chosen";

/** The menu itself; it is fetched when it is opened for the first time. */
export function UserMenuOpen() {
  const session = useSession();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const chosen = useStore(theme);
  const zone = useStore(zoneChoice);
  const signOut = async () => {
    try {
      await unwrap(api.DELETE("/api/v1/session"));
    } catch {
      toast("You are still signed in: the server did not answer. Try again.", "danger");
      return;
    }
    cache.clear();
    await navigate({ to: "/sign-in" });
  };
  return (
    <Radix.Root defaultOpen>
      <Radix.Trigger asChild>
        <UserButton name={session?.user.name} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={4}
          className="z-50 min-w-52 rounded border border-line-strong bg-raised p-1 shadow-lg"
        >
          {session && (
            <Radix.Label className="px-2 py-1.5">
              <span className="block font-medium">{session.user.name}</span>
              <span className="block text-sm text-muted">
                {session.user.login} · {session.role}
              </span>
            </Radix.Label>
          )}
          <Radix.Separator className="my-1 h-px bg-line" />
          <Radix.Item
            className={ITEM}
            onSelect={() => navigate({ to: "/settings/$section", params: { section: "profile" } })}
          >
            Profile
          </Radix.Item>
          <Radix.Item
            className={ITEM}
            onSelect={() => navigate({ to: "/settings/$section", params: { section: "tokens" } })}
          >
            API tokens
          </Radix.Item>
          <Radix.Item className={ITEM} onSelect={() => navigate({ to: "/api-reference" })}>
            API reference
          </Radix.Item>
          <Radix.Item
            className={ITEM}
            onSelect={(event) => {
              event.preventDefault();
              theme.set((now) => nextOf(THEMES, now));
            }}
          >
            Theme: {chosen}
          </Radix.Item>
          <Radix.Item
            className={ITEM}
            onSelect={(event) => {
              event.preventDefault();
              zoneChoice.set((now) => nextOf(ZONE_CHOICES, now));
            }}
          >
            Times: {{ dataset: "of the dataset", utc: "UTC", local: "mine" }[zone]}
          </Radix.Item>
          <Radix.Separator className="my-1 h-px bg-line" />
          <Radix.Item className={ITEM} onSelect={signOut}>
            Sign out
          </Radix.Item>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
