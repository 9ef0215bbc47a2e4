import { lazy, Suspense, useState } from "react";
import { useSession } from "@/lib/session";
import { UserButton } from "./user-button";

const UserMenuOpen = lazy(async () => ({ default: (await import("./user-menu-open")).UserMenuOpen }));

/** A button until it is pressed; then the menu takes its place. */
export function UserMenu() {
  const session = useSession();
  const [pressed, setPressed] = useState(false);
  const button = (
    <UserButton name={session?.user.name} aria-haspopup="menu" onClick={() => setPressed(true)} />
  );
  return pressed ? (
    <Suspense fallback={button}>
      <UserMenuOpen />
    </Suspense>
  ) : (
    button
  );
}
