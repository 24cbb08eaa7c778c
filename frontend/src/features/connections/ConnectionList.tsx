import { makeStyles, RadioGroup, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import type { Connection } from '@/api/fabric';
import { Confirm } from '@/ui/Confirm';
import { ErrorMessage } from '@/ui/states';
import { useKeptFocus } from '@/ui/useKeptFocus';

import { ConnectionRow } from './ConnectionRow';
import { TEXT } from './text';
import { failureOf, useConnectionActions } from './useConnectionActions';

const useStyles = makeStyles({
  list: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
});

/** The connected workspaces as a choice: the one that is checked is the active one. */
export function ConnectionList({ connections }: { connections: Connection[] }) {
  const styles = useStyles();
  const actions = useConnectionActions();
  const { select, check, remove, sayActive } = actions;
  const [asked, setAsked] = useState<Connection | null>(null);
  const keepFocus = useKeptFocus(() => document.querySelector('[data-connections]'));
  // at once, and until the list says what became of it
  const [wanted, setWanted] = useState<string | null>(null);
  const failure = failureOf(actions);
  const active = connections.find((each) => each.active)?.id ?? '';
  return (
    <>
      <div {...keepFocus}>
        {failure && (
          <ErrorMessage
            title={failure.title}
            detail={failure.detail}
            requestId={failure.requestId}
          />
        )}
        <RadioGroup
          aria-label={TEXT.list}
          className={styles.list}
          value={wanted ?? active}
          onChange={(_, { value }) => {
            const chosen = connections.find(({ id }) => id === value);
            if (!chosen) return;
            setWanted(value);
            select.mutate(chosen, { onSuccess: sayActive, onSettled: () => setWanted(null) });
          }}
        >
          {connections.map((each) => (
            <ConnectionRow
              key={each.id}
              connection={each}
              isChecking={check.isPending && check.variables.id === each.id}
              onCheck={() => check.mutate(each)}
              onDelete={() => setAsked(each)}
            />
          ))}
        </RadioGroup>
      </div>
      {asked && (
        <Confirm
          title={TEXT.askDelete(asked.name)}
          body={[asked.active && TEXT.askDeleteActive, TEXT.askDeleteBody]
            .filter(Boolean)
            .join(' ')}
          yes={TEXT.yesDelete}
          no={TEXT.noDelete}
          onNo={() => setAsked(null)}
          onYes={() => {
            setAsked(null);
            remove.mutate(asked);
          }}
        />
      )}
    </>
  );
}
