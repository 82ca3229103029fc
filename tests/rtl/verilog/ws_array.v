// Weight-stationary systolic array: ROWS x COLS processing elements, rows hold K, columns hold N.
//
// Activations enter at the left and go one element to the right per cycle, sums enter at the top and go one
// element down; weights go down a chain of their own. Everything that enters row r is delayed by r cycles and
// everything that enters column c by c cycles here, in the two triangles of registers that one draws beside the
// array; only sums come and go unaligned (column c's c cycles later), as an accumulator per column wants them.
//
// A fold is a wave: it starts with `first`, and its last streamed row carries `last`. The marks go with the wave. Rows
// that come late leave gaps in it: not `valid`. `first` does not wait for its row.
//   DOUBLE_BUFFER = 1: weights go down shadow registers; `first` makes an element take its shadow over in that
//                      very cycle, and from then on its shadow may be overwritten.
//   DOUBLE_BUFFER = 0: weights go down the weight registers themselves; the one that `last` has used may be
//                      overwritten at the end of that cycle.
// ROWS cycles of `load`, last row's weights first, fill an array; the last one of them carries `load_last`.
// A cycle without `enable` changes nothing.

module ws_array #(
    parameter ROWS = 4,
    parameter COLS = 4,
    parameter WIDTH = 8,
    parameter ACCUMULATOR = 32,
    parameter DOUBLE_BUFFER = 1
) (
    input  wire                        clock,
    input  wire                        reset,
    input  wire                        enable,
    // One streamed row, all its elements at once; they are skewed here.
    input  wire                        valid,
    input  wire                        first,
    input  wire                        last,
    input  wire [WIDTH*ROWS-1:0]       activations,
    // One row of weights, skewed here.
    input  wire                        load,
    input  wire                        load_last,
    input  wire [WIDTH*COLS-1:0]       weights,
    // Column c takes its sum from sums_in in the cycle in which sum_wanted[c] is set.
    output wire [COLS-1:0]             sum_wanted,
    input  wire [ACCUMULATOR*COLS-1:0] sums_in,
    // Registers below the last row.
    output wire [COLS-1:0]             sum_valid,
    output wire [COLS-1:0]             sum_last,
    output wire [ACCUMULATOR*COLS-1:0] sums_out,
    // The top left element's weight is there: a fold may start.
    output wire                        loaded
);
  // Index r * (COLS + 1) + c: what enters element (r, c) from the left; (r + 1) * COLS + c: what it gives below.
  wire [ROWS*(COLS+1)-1:0] wave_valid;
  wire [ROWS*(COLS+1)-1:0] wave_first;
  wire [ROWS*(COLS+1)-1:0] wave_last;
  wire [WIDTH*ROWS*(COLS+1)-1:0] wave_activation;
  wire [ACCUMULATOR*(ROWS+1)*COLS-1:0] sum;
  wire [WIDTH*(ROWS+1)*COLS-1:0] weight;
  wire [COLS-1:0] column_load;
  wire [COLS-1:0] column_load_last;
  wire [ROWS*COLS-1:0] element_loaded;

  genvar r, c;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : g_left
      delay #(
          .WIDTH(3 + WIDTH),
          .DEPTH(r)
      ) skew (
          .clock(clock),
          .reset(reset),
          .enable(enable),
          .in({valid, first, last, activations[WIDTH*r+:WIDTH]}),
          .out({
            wave_valid[r*(COLS+1)],
            wave_first[r*(COLS+1)],
            wave_last[r*(COLS+1)],
            wave_activation[WIDTH*r*(COLS+1)+:WIDTH]
          })
      );
    end

    for (c = 0; c < COLS; c = c + 1) begin : g_top
      delay #(
          .WIDTH(2 + WIDTH),
          .DEPTH(c)
      ) skew (
          .clock(clock),
          .reset(reset),
          .enable(enable),
          .in({load, load_last, weights[WIDTH*c+:WIDTH]}),
          .out({column_load[c], column_load_last[c], weight[WIDTH*c+:WIDTH]})
      );
      assign sum[ACCUMULATOR*c+:ACCUMULATOR] = sums_in[ACCUMULATOR*c+:ACCUMULATOR];
      assign sum_wanted[c] = wave_valid[c];
      // What has just left the last row to the right carries the marks of the sum that has just left below it.
      assign sum_valid[c] = wave_valid[(ROWS-1)*(COLS+1)+c+1];
      assign sum_last[c] = wave_last[(ROWS-1)*(COLS+1)+c+1];
    end

    for (r = 0; r < ROWS; r = r + 1) begin : g_row
      for (c = 0; c < COLS; c = c + 1) begin : g_col
        ws_pe #(
            .WIDTH(WIDTH),
            .ACCUMULATOR(ACCUMULATOR),
            .DOUBLE_BUFFER(DOUBLE_BUFFER)
        ) pe (
            .clock(clock),
            .reset(reset),
            .enable(enable),
            .valid_in(wave_valid[r*(COLS+1)+c]),
            .first_in(wave_first[r*(COLS+1)+c]),
            .last_in(wave_last[r*(COLS+1)+c]),
            .activation_in(wave_activation[WIDTH*(r*(COLS+1)+c)+:WIDTH]),
            .valid_out(wave_valid[r*(COLS+1)+c+1]),
            .first_out(wave_first[r*(COLS+1)+c+1]),
            .last_out(wave_last[r*(COLS+1)+c+1]),
            .activation_out(wave_activation[WIDTH*(r*(COLS+1)+c+1)+:WIDTH]),
            .sum_in(sum[ACCUMULATOR*(r*COLS+c)+:ACCUMULATOR]),
            .sum_out(sum[ACCUMULATOR*((r+1)*COLS+c)+:ACCUMULATOR]),
            .load(column_load[c]),
            .load_last(column_load_last[c]),
            .weight_in(weight[WIDTH*(r*COLS+c)+:WIDTH]),
            .weight_out(weight[WIDTH*((r+1)*COLS+c)+:WIDTH]),
            .loaded(element_loaded[r*COLS+c])
        );
      end
    end
  endgenerate

  assign sums_out = sum[ACCUMULATOR*ROWS*COLS+:ACCUMULATOR*COLS];
  assign loaded = element_loaded[0];

  // The marks that leave at the right, the weights that leave below and the other elements' flags end here.
  wire unused = &{1'b0, wave_valid, wave_first, wave_last, wave_activation, weight, element_loaded};
endmodule
