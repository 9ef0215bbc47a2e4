import { Dialog } from "@/components/dialog";

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onHelp: () => void;
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Search and go">
      <p>Soon.</p>
    </Dialog>
  );
}
