import { Button } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { connectionsQuery } from '@/api/fabric';

import { TEXT } from './text';
import type { Workspace } from './uploadState';

/** The workspace that a new scenario goes to; null: none is connected; undefined: not known yet. */
export function useActiveWorkspace(isWanted: boolean): Workspace | null | undefined {
  const { data, isError } = useQuery({ ...connectionsQuery(), enabled: isWanted });
  if (isError && !data) return null;
  const active = data?.find((each) => each.active);
  return active ? { id: active.workspace_id, name: active.workspace_name } : data && null;
}

/** Opens the connections in place; gets the focus back when they are closed again. */
export function WorkspaceButton(props: {
  workspace: Workspace | null;
  disabled: boolean;
  isOpen: boolean;
  onOpen: () => void;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const { isOpen } = props;
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return (
    <Button
      ref={button}
      size="small"
      aria-label={props.workspace ? TEXT.changeWorkspace : TEXT.connectWorkspace}
      disabled={props.disabled}
      onClick={props.onOpen}
    >
      {props.workspace ? TEXT.change : TEXT.connect}
    </Button>
  );
}
