import { useMutation, useQueryClient } from '@tanstack/react-query';

import { toProblem, type Problem } from '@/api/problem';
import {
  addConnection,
  checkConnection,
  CONNECTIONS_KEY,
  connectionsQuery,
  deleteConnection,
  selectConnection,
  type Connection,
} from '@/api/fabric';
import { useAnnounce } from '@/ui/Announcer';

import { needsCare } from './verdicts';
import { TEXT } from './text';

/**
 * What can be done with a connection. Whatever comes of it, the list is read again afterwards:
 * somebody else may have changed it.
 */
export function useConnectionActions() {
  const announce = useAnnounce();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: CONNECTIONS_KEY });
  const select = useMutation({
    mutationFn: ({ id }: Connection) => selectConnection(id),
    // one after the other: arrow keys pass over several, and the last one is meant
    scope: { id: 'select-connection' },
    onSettled,
  });
  const check = useMutation({
    mutationFn: ({ id }: Connection) => checkConnection(id),
    onSettled,
    onSuccess: ({ name, facts }) => {
      const words = needsCare(facts).map(({ detail }) => detail);
      announce(TEXT.saidChecked(name, words.join(' ')));
    },
  });
  const remove = useMutation({
    mutationFn: ({ id }: Connection) => deleteConnection(id),
    onSettled,
    onSuccess: (_, { name }) => announce(TEXT.saidDeleted(name)),
  });
  /** To be called once the list has been read again. */
  const sayActive = (selected: Connection) => {
    const { queryKey } = connectionsQuery();
    const active = queries.getQueryData(queryKey)?.find((each) => each.active) ?? selected;
    const said = active.id === selected.id ? TEXT.saidActive : TEXT.saidOther;
    announce(said(active.name));
  };
  return { select, check, remove, sayActive };
}

/** Saves a new connection; the service checks it once more. */
export function useAddConnection(onSaved: (connection: Connection) => void) {
  const announce = useAnnounce();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: addConnection,
    onSuccess: async (connection) => {
      announce(TEXT.saidSaved(connection.name));
      await queries.invalidateQueries({ queryKey: CONNECTIONS_KEY });
      onSaved(connection);
    },
    onError: () => queries.invalidateQueries({ queryKey: CONNECTIONS_KEY }),
  });
}

export type ConnectionActions = ReturnType<typeof useConnectionActions>;

/** The failure that came last, with words for what was tried. */
export function failureOf({ select, check, remove }: ConnectionActions): Problem | null {
  const tried = [
    [TEXT.notSelected, select],
    [TEXT.notCheckedAgain, check],
    [TEXT.notDeleted, remove],
  ] as const;
  const failed = tried.filter(([, { error }]) => error !== null);
  const last = failed.toSorted(([, a], [, b]) => b.submittedAt - a.submittedAt)[0];
  return last ? { ...toProblem(last[1].error), title: last[0] } : null;
}
