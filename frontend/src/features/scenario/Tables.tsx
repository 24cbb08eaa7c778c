import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';

import { telemetryQuery } from '@/api/scenarios';
import { formatCount } from '@/lib/format';
import { Table } from '@/ui/Table';

import { QueryPanel } from './Panel';
import { TEXT } from './text';

export function Tables({ name }: { name: string }) {
  return (
    <QueryPanel title={TEXT.tables} query={useQuery(telemetryQuery(name))}>
      {(tables) => (
        <Accordion multiple collapsible>
          {tables.map((table) => (
            <AccordionItem key={table.name} value={table.name}>
              <AccordionHeader as="h3">
                {table.name}: {formatCount(table.rows, 'row')},{' '}
                {formatCount(table.columns.length, 'column')}
              </AccordionHeader>
              <AccordionPanel>
                <Table
                  label={`Columns of ${table.name}`}
                  columns={[TEXT.column, TEXT.type]}
                  rows={table.columns.map((column) => ({
                    key: column.name,
                    cells: [column.name, column.type],
                  }))}
                />
              </AccordionPanel>
            </AccordionItem>
          ))}
        </Accordion>
      )}
    </QueryPanel>
  );
}
