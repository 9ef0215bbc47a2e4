import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Time } from "@/components/time";
import { basePath } from "@/lib/api";
import type { NewToken } from "@/lib/types";
import { tokenCurl } from "./expiry";

interface SecretProps {
  made: NewToken;
  saved: boolean;
  onSaved: (saved: boolean) => void;
  onClose: () => void;
}

/** The secret of a token that was just made, with a line that tries it. */
export function Secret({ made, saved, onSaved, onClose }: SecretProps) {
  const command = tokenCurl(made.secret, window.location.origin + basePath);
  return (
    <div className="flex flex-col gap-4">
      <Shown label="The token" text={made.secret} copy="Copy the token" />
      <Shown label="A line that tries it" text={command} copy="Copy the command" />
      <p className="text-muted">
        It acts as {made.token.role} and ends <Time at={made.token.expires_at} />. Keep it where secrets are
        kept: whoever has it, has these rights.
      </p>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={saved}
          onChange={(event) => onSaved(event.target.checked)}
          className="size-4 accent-accent"
        />
        I have saved it
      </label>
      <div className="flex justify-end">
        <Button
          kind="primary"
          onClick={onClose}
          disabledReason={saved ? undefined : "It cannot be shown again. Save it, and tick that you have."}
        >
          Done
        </Button>
      </div>
    </div>
  );
}

function Shown({ label, text, copy }: { label: string; text: string; copy: string }) {
  return (
    <div>
      <p className="font-medium">{label}</p>
      <div className="mt-0.5 flex items-start gap-1 rounded border border-line bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 grow py-0.5 font-mono text-sm break-all">{text}</code>
        <CopyButton text={text} label={copy} />
      </div>
    </div>
  );
}
