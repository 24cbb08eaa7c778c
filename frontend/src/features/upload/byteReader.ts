/** A stream of chunks, read by counts of bytes. Holds one chunk at a time. */
export class ByteReader {
  /** Bytes read or skipped so far. */
  position = 0;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader();
  }

  /** `size` bytes; less only at the end. */
  async read(size: number): Promise<Uint8Array> {
    const result = new Uint8Array(size);
    let filled = 0;
    await this.each(size, (piece) => {
      result.set(piece, filled);
      filled += piece.length;
    });
    return filled === size ? result : result.subarray(0, filled);
  }

  /** Passes over `size` bytes; says how many there were. */
  async skip(size: number): Promise<number> {
    const before = this.position;
    await this.each(size, () => undefined);
    return this.position - before;
  }

  /** Stops the source, for a reader that has seen enough. */
  async cancel(): Promise<void> {
    await this.reader.cancel();
  }

  private async each(size: number, take: (piece: Uint8Array) => void): Promise<void> {
    let left = size;
    while (left > 0) {
      if (!this.chunk.length) {
        const { value, done } = await this.reader.read();
        if (done) return;
        this.chunk = value;
      }
      const piece = this.chunk.subarray(0, left);
      take(piece);
      this.chunk = this.chunk.subarray(piece.length);
      this.position += piece.length;
      left -= piece.length;
    }
  }
}
