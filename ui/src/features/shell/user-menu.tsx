import { useState } from "react";
import { usePart } from "@/lib/parts";
import { useSession } from "@/lib/session";
import { UserButton } from "./user-button";

const userMenuOpen = async () => (await import("./user-menu-open")).UserMenuOpen;

/** A button until it is pressed; then the menu takes its place. */
export function UserMenu() {
  const session = useSession();
  const [pressed, setPressed] = useState(false);
  const Open = usePart(userMenuOpen, pressed, () => setPressed(false));
  return pressed && Open ? (
    <Open />
  ) : (
    <UserButton name={session?.user.name} aria-haspopup="menu" onClick={() => setPressed(true)} />
  );
}
