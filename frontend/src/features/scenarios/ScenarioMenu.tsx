import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import {
  ArrowUploadRegular,
  CopyRegular,
  DeleteRegular,
  MoreHorizontalRegular,
  OpenRegular,
} from '@fluentui/react-icons';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';

import type { ScenarioSummary } from '@/api/scenarios';
import { scenarioPath } from '@/lib/url';
import { useAnnounce } from '@/ui/Announcer';

import { DeleteDialog } from './DeleteDialog';
import { TEXT } from './text';

interface Props {
  scenario: ScenarioSummary;
  onAdd: (name: string) => void;
  /** Where `Open` leads somewhere else. */
  inList?: boolean;
  onDeleted?: () => void;
}

/** What one can do with a scenario. */
export function ScenarioMenu({ scenario, onAdd, inList = false, onDeleted }: Props) {
  const [, navigate] = useLocation();
  const announce = useAnnounce();
  const [deleting, setDeleting] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const copy = async () => {
    await navigator.clipboard.writeText(scenario.name);
    announce(TEXT.copied(scenario.name));
  };
  // the item is gone when what it opens gives the focus back
  const after = (open: () => void) => {
    trigger.current?.focus();
    open();
  };
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            ref={trigger}
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            aria-label={TEXT.menuOf(scenario.name)}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {inList && (
              <MenuItem
                icon={<OpenRegular />}
                onClick={() => navigate(scenarioPath(scenario.name))}
              >
                {TEXT.open}
              </MenuItem>
            )}
            <MenuItem
              icon={<ArrowUploadRegular />}
              onClick={() => after(() => onAdd(scenario.name))}
            >
              {TEXT.loadAgain}
            </MenuItem>
            {'clipboard' in navigator && (
              <MenuItem icon={<CopyRegular />} onClick={() => void copy()}>
                {TEXT.copyName}
              </MenuItem>
            )}
            <MenuItem icon={<DeleteRegular />} onClick={() => after(() => setDeleting(true))}>
              {TEXT.delete}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {deleting && (
        <DeleteDialog
          scenario={scenario}
          onClose={() => setDeleting(false)}
          onDeleted={() => {
            setDeleting(false);
            onDeleted?.();
          }}
        />
      )}
    </>
  );
}
