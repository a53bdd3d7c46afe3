import { useState } from 'preact/hooks';
import { pageState, remember } from './vscodeApi';

/** Whether the reader has opened a part of the page; remembered by its name. */
export function useOpen(name: string): readonly [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => pageState().open?.includes(name) ?? false);
  return [
    isOpen,
    (next) => {
      const others = (pageState().open ?? []).filter((other) => other !== name);
      remember({ open: next ? [...others, name] : others });
      setOpen(next);
    },
  ];
}
